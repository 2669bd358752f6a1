"""Nothing names somebody erased any more."""

from alembic import op

from libs.chassis.schema import SCHEMA_2, refuse_erased_in

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    *SCHEMA_2,
    refuse_erased_in("recipient", "id"),
    refuse_erased_in("pairing", "person_id"),
    refuse_erased_in("pairing", "pairwise_id"),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
