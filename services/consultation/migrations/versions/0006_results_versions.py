"""Published versions of results: frozen figures, public at the end of their embargo, corrected by other versions."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    """
    CREATE TABLE results_version (
        consultation_id uuid NOT NULL CONSTRAINT fk_results_version_consultation_id_consultation
            REFERENCES consultation (id),
        number integer NOT NULL,
        computed_at timestamptz NOT NULL,
        published_at timestamptz NOT NULL,
        public_at timestamptz NOT NULL,
        final boolean NOT NULL,
        note jsonb,
        corrects integer,
        figures jsonb NOT NULL,
        proposals jsonb NOT NULL,
        told boolean NOT NULL,
        CONSTRAINT pk_results_version PRIMARY KEY (consultation_id, number),
        CONSTRAINT uq_results_version_consultation_id_corrects UNIQUE (consultation_id, corrects),
        CONSTRAINT fk_results_version_corrects FOREIGN KEY (consultation_id, corrects)
            REFERENCES results_version (consultation_id, number),
        CONSTRAINT ck_results_version_corrects_an_earlier_one CHECK (corrects < number),
        CONSTRAINT ck_results_version_corrected_with_a_note CHECK (corrects IS NULL OR note IS NOT NULL)
    )
    """,
    "CREATE INDEX ix_results_version_public_at ON results_version (public_at) WHERE NOT told",
    """
    CREATE FUNCTION results_versions_stand() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a published version stands: correct it with another';
    END
    $$
    """,
    # `told` is all that changes: whether the others know yet.
    """
    CREATE TRIGGER results_versions_stand
    BEFORE DELETE OR UPDATE OF consultation_id, number, computed_at, published_at, public_at, final, note, corrects,
        figures, proposals ON results_version
    FOR EACH ROW EXECUTE FUNCTION results_versions_stand()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
