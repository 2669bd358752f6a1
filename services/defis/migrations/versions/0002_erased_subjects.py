"""Nothing names somebody erased any more."""

from alembic import op

from libs.chassis.schema import SCHEMA_2, refuse_erased_in

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    *SCHEMA_2,
    refuse_erased_in("member", "subject"),
    refuse_erased_in("invitation", "invited_by"),
    refuse_erased_in("registration", "subject"),
    refuse_erased_in("argument", "author"),
    refuse_erased_in("pledge", "subject"),
    refuse_erased_in("gate", "asked_by"),
    refuse_erased_in("gate", "decided_by"),
    refuse_erased_in("gate", "appeal_decided_by"),
    refuse_erased_in("actor", "subject"),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
