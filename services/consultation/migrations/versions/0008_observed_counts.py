"""How often défis were joined and offered help, as their operators tell."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = (
    """
    CREATE TABLE observed_count (
        operator text NOT NULL,
        defi_id uuid NOT NULL,
        what text NOT NULL,
        times integer NOT NULL,
        sequence bigint NOT NULL,
        CONSTRAINT pk_observed_count PRIMARY KEY (operator, defi_id, what),
        CONSTRAINT ck_observed_count_what CHECK (what IN ('joined', 'offered')),
        CONSTRAINT ck_observed_count_times CHECK (times >= 0)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
