"""Erasures, and which services have declared them."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """
    CREATE TABLE erasure (
        id uuid CONSTRAINT pk_erasure PRIMARY KEY,
        receipt_digest bytea NOT NULL CONSTRAINT uq_erasure_receipt_digest UNIQUE,
        asked_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE erasure_part (
        asking_id uuid NOT NULL,
        service text NOT NULL,
        erasure_id uuid NOT NULL CONSTRAINT fk_erasure_part_erasure_id_erasure
            REFERENCES erasure (id) ON DELETE CASCADE,
        owner text NOT NULL,
        declared_at timestamptz,
        erased jsonb,
        flagged_at timestamptz,
        CONSTRAINT pk_erasure_part PRIMARY KEY (asking_id, service),
        CONSTRAINT ck_erasure_part_declared_whole CHECK ((declared_at IS NULL) = (erased IS NULL))
    )
    """,
    "CREATE INDEX ix_erasure_part_erasure_id ON erasure_part (erasure_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
