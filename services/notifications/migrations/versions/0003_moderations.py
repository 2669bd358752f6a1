"""Who moderates what, and finding quickly who was told that proposals wait."""

from alembic import op

from libs.chassis.schema import refuse_erased_in

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    # No foreign key: somebody may be given a role before identity has told how to write to them.
    """
    CREATE TABLE moderation (
        person_id uuid NOT NULL,
        scope text NOT NULL,
        holds boolean NOT NULL,
        sequence bigint NOT NULL,
        since timestamptz NOT NULL,
        CONSTRAINT pk_moderation PRIMARY KEY (person_id, scope)
    )
    """,
    "CREATE INDEX ix_moderation_scope ON moderation (scope) WHERE holds",
    "CREATE INDEX ix_moderation_ended ON moderation (since) WHERE NOT holds",
    refuse_erased_in("moderation", "person_id"),
    "CREATE INDEX ix_notice_waiting ON notice (path, recipient_id) WHERE kind = 'moderation.waiting'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
