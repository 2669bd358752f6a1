"""Nothing names somebody erased any more."""

from alembic import op

from libs.chassis.schema import SCHEMA_2, refuse_erased_in

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    *SCHEMA_2,
    refuse_erased_in("participant", "subject", "NEW.class = 'account'"),
    refuse_erased_in("proposal", "author_subject"),
    refuse_erased_in("proposal", "decided_by"),
    refuse_erased_in("proposal", "locked_by"),
    refuse_erased_in("workshop_place", "subject"),
    refuse_erased_in("action", "measurer_account"),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
