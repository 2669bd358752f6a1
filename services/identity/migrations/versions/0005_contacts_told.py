"""Whether notifications was told how to write to an account: those from before it listened are told once more."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    "ALTER TABLE person ADD COLUMN contact_told boolean NOT NULL DEFAULT false",
    "CREATE INDEX ix_person_contact_told ON person (id) WHERE NOT contact_told",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
