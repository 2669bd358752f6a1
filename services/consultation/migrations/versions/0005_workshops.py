"""Workshops, what they were convened on and led to, and who comes."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """
    CREATE TABLE workshop (
        id uuid CONSTRAINT pk_workshop PRIMARY KEY,
        cause_id uuid NOT NULL CONSTRAINT fk_workshop_cause_id_cause REFERENCES cause (id),
        title jsonb NOT NULL,
        agenda jsonb NOT NULL,
        facilitator text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        place text,
        online_url text,
        capacity integer,
        state text NOT NULL,
        minutes text,
        attendance integer,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_workshop_state CHECK (state IN ('scheduled', 'held', 'cancelled')),
        CONSTRAINT ck_workshop_ends_after_it_starts CHECK (ends_at > starts_at),
        CONSTRAINT ck_workshop_somewhere CHECK (place IS NOT NULL OR online_url IS NOT NULL),
        CONSTRAINT ck_workshop_capacity CHECK (capacity > 0),
        CONSTRAINT ck_workshop_held_with_minutes CHECK ((state = 'held') = (minutes IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_workshop_cause_id ON workshop (cause_id, starts_at, id)",
    """
    CREATE TABLE workshop_proposal (
        workshop_id uuid NOT NULL CONSTRAINT fk_workshop_proposal_workshop_id_workshop REFERENCES workshop (id),
        proposal_id uuid NOT NULL CONSTRAINT fk_workshop_proposal_proposal_id_proposal REFERENCES proposal (id),
        CONSTRAINT pk_workshop_proposal PRIMARY KEY (workshop_id, proposal_id)
    )
    """,
    "CREATE INDEX ix_workshop_proposal_proposal_id ON workshop_proposal (proposal_id)",
    """
    CREATE TABLE workshop_action (
        workshop_id uuid NOT NULL CONSTRAINT fk_workshop_action_workshop_id_workshop REFERENCES workshop (id),
        action_id uuid NOT NULL CONSTRAINT uq_workshop_action_action_id UNIQUE
            CONSTRAINT fk_workshop_action_action_id_action REFERENCES action (id),
        CONSTRAINT pk_workshop_action PRIMARY KEY (workshop_id, action_id)
    )
    """,
    """
    CREATE TABLE workshop_place (
        workshop_id uuid NOT NULL CONSTRAINT fk_workshop_place_workshop_id_workshop REFERENCES workshop (id),
        subject uuid NOT NULL,
        position bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        state text NOT NULL,
        asked_at timestamptz NOT NULL,
        CONSTRAINT pk_workshop_place PRIMARY KEY (workshop_id, subject),
        CONSTRAINT ck_workshop_place_state CHECK (state IN ('registered', 'waiting'))
    )
    """,
    "CREATE INDEX ix_workshop_place_workshop_id ON workshop_place (workshop_id, state, position)",
    "CREATE INDEX ix_workshop_place_subject ON workshop_place (subject)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
