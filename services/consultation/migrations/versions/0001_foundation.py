"""Causes, consultations, participants, proposals, votes; and the chassis' own tables.

Plain SQL of PostgreSQL 15 to 18, no extension.
"""

from alembic import op

from libs.chassis.schema import SCHEMA_1

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE cause (
        id uuid CONSTRAINT pk_cause PRIMARY KEY,
        slug text NOT NULL CONSTRAINT uq_cause_slug UNIQUE,
        title jsonb NOT NULL,
        mandate jsonb NOT NULL,
        opens_at timestamptz NOT NULL,
        closes_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_cause_dates_in_order CHECK (closes_at > opens_at)
    )
    """,
    """
    CREATE TABLE consultation (
        id uuid CONSTRAINT pk_consultation PRIMARY KEY,
        cause_id uuid CONSTRAINT fk_consultation_cause_id_cause REFERENCES cause (id),
        slug text NOT NULL CONSTRAINT uq_consultation_slug UNIQUE,
        title jsonb NOT NULL,
        question jsonb NOT NULL,
        introduction jsonb NOT NULL,
        languages jsonb NOT NULL,
        opens_at timestamptz NOT NULL,
        closes_at timestamptz NOT NULL,
        archived_at timestamptz,
        can_propose boolean NOT NULL,
        votes_target integer,
        proposal_prefix text NOT NULL,
        proposal_min integer NOT NULL,
        proposal_max integer NOT NULL,
        consent_version integer NOT NULL,
        consent_text jsonb NOT NULL,
        governance jsonb,
        provenance jsonb,
        opening_recorded boolean NOT NULL,
        closing_recorded boolean NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_consultation_dates_in_order CHECK (closes_at > opens_at),
        CONSTRAINT ck_consultation_proposal_length CHECK (proposal_min BETWEEN 1 AND proposal_max),
        CONSTRAINT ck_consultation_governed CHECK (governance IS NOT NULL OR archived_at IS NOT NULL)
    )
    """,
    "CREATE INDEX ix_consultation_cause_id ON consultation (cause_id)",
    """
    CREATE TABLE participant (
        id uuid CONSTRAINT pk_participant PRIMARY KEY,
        consultation_id uuid NOT NULL
            CONSTRAINT fk_participant_consultation_id_consultation REFERENCES consultation (id),
        class text NOT NULL
            CONSTRAINT ck_participant_class CHECK (class IN ('account', 'visitor', 'sheet', 'import')),
        subject text NOT NULL,
        consent_version integer,
        consented_at timestamptz,
        withdrawn_at timestamptz,
        CONSTRAINT uq_participant_consultation_id_class_subject UNIQUE (consultation_id, class, subject)
    )
    """,
    """
    CREATE TABLE proposal (
        id uuid CONSTRAINT pk_proposal PRIMARY KEY,
        consultation_id uuid NOT NULL
            CONSTRAINT fk_proposal_consultation_id_consultation REFERENCES consultation (id),
        source_id text,
        text text NOT NULL,
        language text NOT NULL,
        author_subject uuid,
        author_name text,
        state text NOT NULL CONSTRAINT ck_proposal_state
            CHECK (state IN ('pending', 'accepted', 'refused', 'postponed', 'archived')),
        reason text,
        note text,
        submitted_at timestamptz NOT NULL,
        decided_at timestamptz,
        decided_by uuid,
        locked_by uuid,
        locked_until timestamptz,
        search tsvector GENERATED ALWAYS AS (to_tsvector('french'::regconfig, text)) STORED,
        CONSTRAINT uq_proposal_consultation_id_id UNIQUE (consultation_id, id),
        CONSTRAINT uq_proposal_consultation_id_source_id UNIQUE (consultation_id, source_id),
        CONSTRAINT ck_proposal_refused_with_a_reason CHECK ((state = 'refused') = (reason IS NOT NULL)),
        CONSTRAINT ck_proposal_whole_lock CHECK ((locked_by IS NULL) = (locked_until IS NULL))
    )
    """,
    "CREATE INDEX ix_proposal_consultation_id_state ON proposal (consultation_id, state, submitted_at, id)",
    "CREATE INDEX ix_proposal_author_subject ON proposal (author_subject, id)",
    "CREATE INDEX ix_proposal_search ON proposal USING gin (search)",
    """
    CREATE TABLE vote (
        participant_id uuid NOT NULL CONSTRAINT fk_vote_participant_id_participant REFERENCES participant (id),
        proposal_id uuid NOT NULL,
        consultation_id uuid NOT NULL,
        choice smallint NOT NULL CONSTRAINT ck_vote_choice CHECK (choice BETWEEN -1 AND 1),
        qualifiers smallint NOT NULL,
        provenance smallint NOT NULL,
        verified boolean NOT NULL,
        voted_at timestamptz NOT NULL,
        CONSTRAINT pk_vote PRIMARY KEY (participant_id, proposal_id),
        CONSTRAINT fk_vote_proposal
            FOREIGN KEY (consultation_id, proposal_id) REFERENCES proposal (consultation_id, id),
        CONSTRAINT ck_vote_qualifiers_of_the_side
            CHECK (qualifiers & ~(CASE choice WHEN 1 THEN 7 WHEN -1 THEN 56 ELSE 448 END) = 0)
    )
    """,
    """
    CREATE INDEX ix_vote_tally ON vote (consultation_id, proposal_id)
        INCLUDE (choice, qualifiers, provenance, verified)
    """,
)


def upgrade() -> None:
    for statement in (*SCHEMA_1, *TABLES):
        op.execute(statement)
