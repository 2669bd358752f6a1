"""Actions, milestones, indicators, and measures that nothing overwrites."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """
    CREATE TABLE action (
        id uuid CONSTRAINT pk_action PRIMARY KEY,
        cause_id uuid NOT NULL CONSTRAINT fk_action_cause_id_cause REFERENCES cause (id),
        title jsonb NOT NULL,
        description jsonb NOT NULL,
        owner text,
        measurer text,
        measurer_account uuid,
        status text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_action_status CHECK (status IN ('draft', 'planned', 'under_way', 'done', 'abandoned')),
        CONSTRAINT ck_action_answered_for CHECK (
            status IN ('draft', 'abandoned') OR (owner IS NOT NULL AND measurer IS NOT NULL)
        ),
        CONSTRAINT ck_action_measured_by_another CHECK (owner <> measurer)
    )
    """,
    "CREATE INDEX ix_action_cause_id ON action (cause_id, id)",
    """
    CREATE TABLE action_proposal (
        action_id uuid NOT NULL CONSTRAINT fk_action_proposal_action_id_action REFERENCES action (id),
        proposal_id uuid NOT NULL CONSTRAINT fk_action_proposal_proposal_id_proposal REFERENCES proposal (id),
        CONSTRAINT pk_action_proposal PRIMARY KEY (action_id, proposal_id)
    )
    """,
    "CREATE INDEX ix_action_proposal_proposal_id ON action_proposal (proposal_id)",
    """
    CREATE TABLE milestone (
        id uuid CONSTRAINT pk_milestone PRIMARY KEY,
        action_id uuid NOT NULL CONSTRAINT fk_milestone_action_id_action REFERENCES action (id),
        title jsonb NOT NULL,
        due_on date NOT NULL,
        reached_on date
    )
    """,
    "CREATE INDEX ix_milestone_action_id ON milestone (action_id)",
    """
    CREATE TABLE indicator (
        id uuid CONSTRAINT pk_indicator PRIMARY KEY,
        action_id uuid NOT NULL CONSTRAINT fk_indicator_action_id_action REFERENCES action (id),
        title jsonb NOT NULL,
        unit text NOT NULL,
        baseline numeric NOT NULL,
        target numeric NOT NULL,
        first_due_on date NOT NULL,
        every_months integer NOT NULL,
        CONSTRAINT ck_indicator_every_months CHECK (every_months BETWEEN 1 AND 24)
    )
    """,
    "CREATE INDEX ix_indicator_action_id ON indicator (action_id)",
    """
    CREATE TABLE measure (
        id uuid CONSTRAINT pk_measure PRIMARY KEY,
        indicator_id uuid NOT NULL CONSTRAINT fk_measure_indicator_id_indicator REFERENCES indicator (id),
        measured_on date NOT NULL,
        value numeric NOT NULL,
        kind text,
        evidence text NOT NULL,
        evidence_url text,
        corrects uuid CONSTRAINT uq_measure_corrects UNIQUE
            CONSTRAINT fk_measure_corrects_measure REFERENCES measure (id),
        reason text,
        recorded_as text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT ck_measure_kind CHECK (kind IN ('rural', 'pavillonnaire', 'petite_ville', 'metropole')),
        CONSTRAINT ck_measure_recorded_as CHECK (recorded_as IN ('measurer', 'coordinator')),
        CONSTRAINT ck_measure_corrected_with_a_reason CHECK ((corrects IS NULL) = (reason IS NULL))
    )
    """,
    "CREATE INDEX ix_measure_indicator_id ON measure (indicator_id, measured_on, id)",
    """
    CREATE FUNCTION measures_stand() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a measure stands: correct it with another';
    END
    $$
    """,
    """
    CREATE TRIGGER measures_stand BEFORE UPDATE OR DELETE ON measure
    FOR EACH ROW EXECUTE FUNCTION measures_stand()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
