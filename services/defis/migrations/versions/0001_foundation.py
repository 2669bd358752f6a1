"""Défis, their people, meetings, debates, pledges, gates and timeline; and the chassis' own tables.

Plain SQL of PostgreSQL 15 to 18, no extension.
"""

from alembic import op

from libs.chassis.schema import SCHEMA_1

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE defi (
        id uuid CONSTRAINT pk_defi PRIMARY KEY,
        title text,
        problem text,
        beneficiaries text,
        commune_code text,
        commune_name text,
        departement text,
        kind text CONSTRAINT ck_defi_kind
            CHECK (kind IN ('rural', 'pavillonnaire', 'petite_ville', 'metropole')),
        themes jsonb NOT NULL,
        first_date date,
        origin_kind text NOT NULL CONSTRAINT ck_defi_origin_kind
            CHECK (origin_kind IN ('none', 'proposal', 'action', 'defi')),
        origin_owner text,
        origin_id uuid,
        entry_stage text NOT NULL CONSTRAINT ck_defi_entry_stage
            CHECK (entry_stage IN ('informaction', 'creaction', 'activaction')),
        entry_evidence text,
        state text NOT NULL CONSTRAINT ck_defi_state CHECK (state IN
            ('draft', 'submitted', 'refused', 'published', 'paused', 'completed', 'abandoned', 'archived')),
        stage text NOT NULL CONSTRAINT ck_defi_stage
            CHECK (stage IN ('informaction', 'creaction', 'activaction')),
        refusal text,
        refusal_note text,
        created_at timestamptz NOT NULL,
        submitted_at timestamptz,
        published_at timestamptz,
        closed_at timestamptz,
        changed_at timestamptz NOT NULL,
        CONSTRAINT ck_defi_whole_origin CHECK ((origin_kind = 'none') = (origin_id IS NULL)),
        CONSTRAINT ck_defi_public_once_published
            CHECK ((state IN ('draft', 'submitted', 'refused')) = (published_at IS NULL)),
        CONSTRAINT ck_defi_refused_with_a_reason CHECK ((state = 'refused') = (refusal IS NOT NULL)),
        CONSTRAINT ck_defi_launched_with_what_suffices CHECK (state = 'draft'
            OR (problem IS NOT NULL AND commune_code IS NOT NULL AND first_date IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_defi_published_at ON defi (published_at, id)",
    "CREATE INDEX ix_defi_changed_at ON defi (changed_at, id)",
    "CREATE INDEX ix_defi_commune_code ON defi (commune_code)",
    "CREATE INDEX ix_defi_departement ON defi (departement)",
    "CREATE INDEX ix_defi_themes ON defi USING gin (themes)",
    """
    CREATE TABLE member (
        id uuid CONSTRAINT pk_member PRIMARY KEY,
        defi_id uuid NOT NULL CONSTRAINT fk_member_defi_id_defi REFERENCES defi (id) ON DELETE CASCADE,
        subject uuid NOT NULL,
        role text NOT NULL CONSTRAINT ck_member_role CHECK (role IN ('porteur', 'core', 'member')),
        state text NOT NULL CONSTRAINT ck_member_state
            CHECK (state IN ('requested', 'active', 'declined', 'left')),
        name text,
        contact text,
        message text,
        asked_at timestamptz NOT NULL,
        joined_at timestamptz,
        CONSTRAINT uq_member_defi_id_subject UNIQUE (defi_id, subject)
    )
    """,
    "CREATE UNIQUE INDEX uq_member_porteur ON member (defi_id) WHERE role = 'porteur' AND state = 'active'",
    "CREATE INDEX ix_member_subject ON member (subject)",
    """
    CREATE TABLE invitation (
        id uuid CONSTRAINT pk_invitation PRIMARY KEY,
        defi_id uuid NOT NULL CONSTRAINT fk_invitation_defi_id_defi REFERENCES defi (id) ON DELETE CASCADE,
        role text NOT NULL CONSTRAINT ck_invitation_role CHECK (role IN ('core', 'member')),
        digest text NOT NULL CONSTRAINT uq_invitation_digest UNIQUE,
        invited_by uuid,
        invited_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        answer text CONSTRAINT ck_invitation_answer CHECK (answer IN ('accept', 'decline')),
        answered_at timestamptz
    )
    """,
    "CREATE INDEX ix_invitation_defi_id ON invitation (defi_id)",
    """
    CREATE TABLE actor (
        subject uuid CONSTRAINT pk_actor PRIMARY KEY,
        id uuid NOT NULL CONSTRAINT uq_actor_id UNIQUE
    )
    """,
    """
    CREATE TABLE timeline_entry (
        id uuid CONSTRAINT pk_timeline_entry PRIMARY KEY,
        defi_id uuid NOT NULL
            CONSTRAINT fk_timeline_entry_defi_id_defi REFERENCES defi (id) ON DELETE CASCADE,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        actor uuid,
        acted_as text NOT NULL,
        facts jsonb NOT NULL,
        reason text
    )
    """,
    "CREATE INDEX ix_timeline_entry_defi_id ON timeline_entry (defi_id, at, id)",
    """
    CREATE TABLE meeting (
        id uuid CONSTRAINT pk_meeting PRIMARY KEY,
        defi_id uuid NOT NULL CONSTRAINT fk_meeting_defi_id_defi REFERENCES defi (id) ON DELETE CASCADE,
        kind text NOT NULL CONSTRAINT ck_meeting_kind
            CHECK (kind IN ('debate', 'gathering', 'working_session', 'presentation')),
        title text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        place text,
        online_url text,
        agenda text,
        accessibility jsonb NOT NULL,
        accessibility_note text,
        capacity integer CONSTRAINT ck_meeting_capacity CHECK (capacity > 0),
        state text NOT NULL CONSTRAINT ck_meeting_state CHECK (state IN ('scheduled', 'held', 'cancelled')),
        minutes text,
        attendance integer,
        reported_at timestamptz,
        reminded_at timestamptz,
        revision integer NOT NULL,
        created_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT ck_meeting_ends_after_it_starts CHECK (ends_at > starts_at),
        CONSTRAINT ck_meeting_somewhere CHECK (place IS NOT NULL OR online_url IS NOT NULL),
        CONSTRAINT ck_meeting_held_with_minutes CHECK ((state = 'held') = (minutes IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_meeting_defi_id ON meeting (defi_id, starts_at, id)",
    "CREATE INDEX ix_meeting_starts_at ON meeting (starts_at)",
    """
    CREATE TABLE registration (
        meeting_id uuid NOT NULL
            CONSTRAINT fk_registration_meeting_id_meeting REFERENCES meeting (id) ON DELETE CASCADE,
        subject uuid NOT NULL,
        id uuid NOT NULL,
        state text NOT NULL CONSTRAINT ck_registration_state CHECK (state IN ('registered', 'waiting')),
        name text,
        asked_at timestamptz NOT NULL,
        promoted_at timestamptz,
        CONSTRAINT pk_registration PRIMARY KEY (meeting_id, subject)
    )
    """,
    "CREATE INDEX ix_registration_meeting_id ON registration (meeting_id, state, asked_at, id)",
    "CREATE INDEX ix_registration_subject ON registration (subject)",
    """
    CREATE TABLE argument (
        id uuid CONSTRAINT pk_argument PRIMARY KEY,
        meeting_id uuid NOT NULL
            CONSTRAINT fk_argument_meeting_id_meeting REFERENCES meeting (id) ON DELETE CASCADE,
        side text NOT NULL CONSTRAINT ck_argument_side CHECK (side IN ('for', 'against')),
        text text NOT NULL,
        author uuid NOT NULL,
        written_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_argument_meeting_id ON argument (meeting_id, written_at, id)",
    "CREATE INDEX ix_argument_author ON argument (author)",
    """
    CREATE TABLE pledge (
        id uuid CONSTRAINT pk_pledge PRIMARY KEY,
        defi_id uuid NOT NULL CONSTRAINT fk_pledge_defi_id_defi REFERENCES defi (id) ON DELETE CASCADE,
        subject uuid,
        kind text NOT NULL CONSTRAINT ck_pledge_kind
            CHECK (kind IN ('time', 'skill', 'material', 'place', 'money')),
        description text,
        amount_cents integer,
        hours integer,
        name text,
        contact text,
        state text NOT NULL CONSTRAINT ck_pledge_state
            CHECK (state IN ('offered', 'accepted', 'fulfilled', 'lapsed', 'withdrawn')),
        valid_until date,
        offered_at timestamptz NOT NULL,
        decided_at timestamptz,
        CONSTRAINT ck_pledge_only_money_has_an_amount CHECK ((kind = 'money') = (amount_cents IS NOT NULL)),
        CONSTRAINT ck_pledge_only_time_has_hours CHECK (hours IS NULL OR kind = 'time'),
        CONSTRAINT ck_pledge_positive CHECK (amount_cents > 0 AND hours > 0)
    )
    """,
    "CREATE INDEX ix_pledge_defi_id ON pledge (defi_id, offered_at, id)",
    "CREATE INDEX ix_pledge_subject ON pledge (subject)",
    """
    CREATE TABLE gate (
        id uuid CONSTRAINT pk_gate PRIMARY KEY,
        defi_id uuid NOT NULL CONSTRAINT fk_gate_defi_id_defi REFERENCES defi (id) ON DELETE CASCADE,
        stage text NOT NULL CONSTRAINT ck_gate_stage CHECK (stage IN ('creaction', 'activaction')),
        state text NOT NULL CONSTRAINT ck_gate_state
            CHECK (state IN ('asked', 'confirmed', 'refused', 'appealed', 'upheld')),
        evidence jsonb NOT NULL,
        figures jsonb NOT NULL,
        asked_by uuid,
        asked_at timestamptz NOT NULL,
        reasons jsonb NOT NULL,
        note text,
        decided_by uuid,
        decided_at timestamptz,
        appeal text,
        appealed_at timestamptz,
        appeal_note text,
        appeal_decided_by uuid,
        appeal_decided_at timestamptz
    )
    """,
    "CREATE UNIQUE INDEX uq_gate_undecided ON gate (defi_id) WHERE state IN ('asked', 'appealed')",
    "CREATE INDEX ix_gate_defi_id ON gate (defi_id, asked_at, id)",
)


def upgrade() -> None:
    for statement in (*SCHEMA_1, *TABLES):
        op.execute(statement)
