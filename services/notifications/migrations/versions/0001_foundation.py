"""Recipients, notices, what becomes of them by mail, preferences, digests, follows; and the chassis' own tables.

Plain SQL of PostgreSQL 15 to 18, no extension.
"""

from alembic import op

from libs.chassis.schema import SCHEMA_1

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE recipient (
        id uuid CONSTRAINT pk_recipient PRIMARY KEY,
        account boolean NOT NULL,
        email text,
        email_key text,
        language text NOT NULL CONSTRAINT ck_recipient_language CHECK (language IN ('fr', 'en')),
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_recipient_reachable CHECK (account OR email IS NOT NULL),
        CONSTRAINT ck_recipient_key_of_email CHECK ((email IS NULL) = (email_key IS NULL))
    )
    """,
    # An address follows as one; an account may have the same address, and is somebody else here.
    "CREATE UNIQUE INDEX uq_recipient_address ON recipient (email_key) WHERE NOT account",
    "CREATE INDEX ix_recipient_email_key ON recipient (email_key)",
    # No foreign key: a pairing may come before the contact it belongs to.
    """
    CREATE TABLE pairing (
        owner text NOT NULL,
        pairwise_id uuid NOT NULL,
        person_id uuid NOT NULL,
        CONSTRAINT pk_pairing PRIMARY KEY (owner, pairwise_id)
    )
    """,
    "CREATE INDEX ix_pairing_person_id ON pairing (person_id)",
    """
    CREATE TABLE preference (
        recipient_id uuid NOT NULL
            CONSTRAINT fk_preference_recipient_id_recipient REFERENCES recipient (id) ON DELETE CASCADE,
        kind text NOT NULL,
        level text NOT NULL CONSTRAINT ck_preference_level CHECK (level IN ('none', 'daily', 'at_once')),
        changed_at timestamptz NOT NULL,
        CONSTRAINT pk_preference PRIMARY KEY (recipient_id, kind)
    )
    """,
    """
    CREATE TABLE topic (
        kind text NOT NULL,
        key text NOT NULL,
        owner text NOT NULL,
        slug text,
        parent_key text,
        CONSTRAINT pk_topic PRIMARY KEY (kind, key)
    )
    """,
    "CREATE INDEX ix_topic_parent_key ON topic (parent_key) WHERE parent_key IS NOT NULL",
    """
    CREATE TABLE follow (
        id uuid CONSTRAINT pk_follow PRIMARY KEY,
        recipient_id uuid NOT NULL
            CONSTRAINT fk_follow_recipient_id_recipient REFERENCES recipient (id) ON DELETE CASCADE,
        kind text NOT NULL,
        key text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT uq_follow_recipient_id_kind_key UNIQUE (recipient_id, kind, key)
    )
    """,
    "CREATE INDEX ix_follow_kind_key ON follow (kind, key)",
    """
    CREATE TABLE follow_request (
        id uuid CONSTRAINT pk_follow_request PRIMARY KEY,
        email text NOT NULL,
        email_key text NOT NULL,
        language text NOT NULL CONSTRAINT ck_follow_request_language CHECK (language IN ('fr', 'en')),
        kind text NOT NULL,
        key text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_follow_request_email_key ON follow_request (email_key)",
    "CREATE INDEX ix_follow_request_expires_at ON follow_request (expires_at)",
    """
    CREATE TABLE notice (
        id uuid CONSTRAINT pk_notice PRIMARY KEY,
        recipient_id uuid NOT NULL
            CONSTRAINT fk_notice_recipient_id_recipient REFERENCES recipient (id) ON DELETE CASCADE,
        follow_id uuid CONSTRAINT fk_notice_follow_id_follow REFERENCES follow (id) ON DELETE SET NULL,
        kind text NOT NULL,
        title text NOT NULL,
        facts jsonb NOT NULL,
        path text NOT NULL,
        happened_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        read_at timestamptz
    )
    """,
    "CREATE INDEX ix_notice_recipient_id_id ON notice (recipient_id, id)",
    "CREATE INDEX ix_notice_unread ON notice (recipient_id, id) WHERE read_at IS NULL",
    "CREATE INDEX ix_notice_created_at ON notice (created_at)",
    "CREATE INDEX ix_notice_follow_id ON notice (follow_id) WHERE follow_id IS NOT NULL",
    """
    CREATE TABLE mailing (
        id uuid CONSTRAINT pk_mailing PRIMARY KEY,
        recipient_id uuid NOT NULL
            CONSTRAINT fk_mailing_recipient_id_recipient REFERENCES recipient (id) ON DELETE CASCADE,
        queued_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_mailing_recipient_id_queued_at ON mailing (recipient_id, queued_at)",
    """
    CREATE TABLE delivery (
        notice_id uuid CONSTRAINT pk_delivery PRIMARY KEY
            CONSTRAINT fk_delivery_notice_id_notice REFERENCES notice (id) ON DELETE CASCADE,
        recipient_id uuid NOT NULL,
        state text NOT NULL CONSTRAINT ck_delivery_state CHECK (state IN ('new', 'digest', 'queued')),
        mailing_id uuid
            CONSTRAINT fk_delivery_mailing_id_mailing REFERENCES mailing (id) ON DELETE CASCADE,
        CONSTRAINT ck_delivery_queued_in_a_mailing CHECK ((state = 'queued') = (mailing_id IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_delivery_new ON delivery (recipient_id) WHERE state = 'new'",
    "CREATE INDEX ix_delivery_digest ON delivery (recipient_id) WHERE state = 'digest'",
    "CREATE INDEX ix_delivery_mailing_id ON delivery (mailing_id) WHERE mailing_id IS NOT NULL",
    # One digest for a recipient and a day, whatever the workers believe.
    """
    CREATE TABLE digest (
        recipient_id uuid NOT NULL
            CONSTRAINT fk_digest_recipient_id_recipient REFERENCES recipient (id) ON DELETE CASCADE,
        slot timestamptz NOT NULL,
        since timestamptz,
        mailing_id uuid NOT NULL
            CONSTRAINT fk_digest_mailing_id_mailing REFERENCES mailing (id) ON DELETE CASCADE,
        CONSTRAINT pk_digest PRIMARY KEY (recipient_id, slot),
        CONSTRAINT ck_digest_window CHECK (since IS NULL OR since < slot)
    )
    """,
    "CREATE INDEX ix_digest_mailing_id ON digest (mailing_id)",
)


def upgrade() -> None:
    for statement in (*SCHEMA_1, *TABLES):
        op.execute(statement)
