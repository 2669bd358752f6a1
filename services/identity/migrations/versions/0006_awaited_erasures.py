"""Erasures that are still awaited are found among all that were declared."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_erasure_part_awaited ON erasure_part (erasure_id) WHERE declared_at IS NULL")
