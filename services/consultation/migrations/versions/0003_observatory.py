"""Défis of all territories, as their operators tell of them."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """
    CREATE TABLE observed_defi (
        operator text NOT NULL,
        id uuid NOT NULL,
        stage text NOT NULL,
        outcome text,
        commune text,
        kind text,
        themes jsonb NOT NULL,
        origin_kind text,
        origin_owner text,
        origin_id uuid,
        published_at timestamptz,
        sequence bigint NOT NULL,
        news_at timestamptz NOT NULL,
        CONSTRAINT pk_observed_defi PRIMARY KEY (operator, id),
        CONSTRAINT ck_observed_defi_stage CHECK (stage IN ('informaction', 'creaction', 'activaction')),
        CONSTRAINT ck_observed_defi_kind CHECK (kind IN ('rural', 'pavillonnaire', 'petite_ville', 'metropole')),
        CONSTRAINT ck_observed_defi_outcome CHECK (outcome IN ('completed', 'abandoned', 'archived')),
        CONSTRAINT ck_observed_defi_origin_kind CHECK (origin_kind IN ('none', 'proposal', 'action', 'defi'))
    )
    """,
    "CREATE INDEX ix_observed_defi_id ON observed_defi (id, operator)",
    "CREATE INDEX ix_observed_defi_commune ON observed_defi (commune)",
    "CREATE INDEX ix_observed_defi_themes ON observed_defi USING gin (themes)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
