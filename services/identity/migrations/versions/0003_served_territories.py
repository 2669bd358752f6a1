"""Which operator serves which territory; a code is one operator's at a time."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """
    CREATE TABLE served_territory (
        code text CONSTRAINT pk_served_territory PRIMARY KEY,
        operator_code text NOT NULL CONSTRAINT fk_served_territory_operator_code_operator
            REFERENCES operator (code)
    )
    """,
    "CREATE INDEX ix_served_territory_operator_code ON served_territory (operator_code)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
