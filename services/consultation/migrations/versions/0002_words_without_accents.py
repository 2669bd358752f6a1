"""Similar proposals are found whether or not their authors type accents, in French and in English.

`stems` takes the accents off the stems, not off the text: the French stemmer needs them to know a participle
(« transportée » → transport). Who types none gets other stems, so a proposal keeps both.

`spaced` is there because PostgreSQL's parser, under the C.UTF-8 collation of the embedded server, takes typographic
punctuation and no-break spaces for letters: « l’école » would be one word.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    r"""
    CREATE FUNCTION without_accents(content text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN replace(replace(
        normalize(regexp_replace(normalize(content, NFD), '[\u0300-\u036f]', '', 'g'), NFC),
        'œ', 'oe'), 'æ', 'ae')
    """,
    r"""
    CREATE FUNCTION spaced(content text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(content, '[\u00a0\u00ab\u00b7\u00bb\u02bc\u2000-\u206f\u3000-\u303f]', ' ', 'g')
    """,
    """
    CREATE FUNCTION stems(content text, language text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN without_accents(strip(
        CASE language
            WHEN 'fr' THEN to_tsvector('pg_catalog.french'::regconfig, spaced(content))
            WHEN 'en' THEN to_tsvector('pg_catalog.english'::regconfig, spaced(content))
            ELSE to_tsvector('pg_catalog.simple'::regconfig, spaced(content))
        END
    )::text)::tsvector
    """,
    "ALTER TABLE proposal DROP COLUMN search",
    """
    ALTER TABLE proposal ADD COLUMN search tsvector
        GENERATED ALWAYS AS (stems(text, language) || stems(without_accents(text), language)) STORED
    """,
    "CREATE INDEX ix_proposal_search ON proposal USING gin (search)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
