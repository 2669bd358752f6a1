"""Signing keys, people, sign-ins, sessions, roles, organisations, operators; and the chassis' own tables.

Plain SQL of PostgreSQL 15 to 18, no extension.
"""

from alembic import op

from libs.chassis.schema import SCHEMA_1

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE signing_key (
        kid text CONSTRAINT pk_signing_key PRIMARY KEY,
        public jsonb NOT NULL,
        private bytea,
        announced_at timestamptz NOT NULL,
        signing_at timestamptz,
        retired_at timestamptz,
        CONSTRAINT ck_signing_key_signed_before_retiring CHECK (retired_at IS NULL OR signing_at IS NOT NULL),
        CONSTRAINT ck_signing_key_private_until_retired CHECK ((private IS NULL) = (retired_at IS NOT NULL))
    )
    """,
    # One key waits and one signs, whatever the processes believe.
    "CREATE UNIQUE INDEX uq_signing_key_announced ON signing_key ((true)) WHERE signing_at IS NULL",
    """
    CREATE UNIQUE INDEX uq_signing_key_signing ON signing_key ((true))
        WHERE signing_at IS NOT NULL AND retired_at IS NULL
    """,
    """
    CREATE TABLE person (
        id uuid CONSTRAINT pk_person PRIMARY KEY,
        email text NOT NULL,
        email_key text NOT NULL CONSTRAINT uq_person_email_key UNIQUE,
        display_name text,
        language text NOT NULL CONSTRAINT ck_person_language CHECK (language IN ('fr', 'en')),
        created_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE pairwise_subject (
        person_id uuid CONSTRAINT fk_pairwise_subject_person_id_person REFERENCES person (id) ON DELETE CASCADE,
        owner text NOT NULL,
        subject uuid NOT NULL CONSTRAINT uq_pairwise_subject_subject UNIQUE,
        CONSTRAINT pk_pairwise_subject PRIMARY KEY (person_id, owner)
    )
    """,
    """
    CREATE TABLE sign_in (
        id uuid CONSTRAINT pk_sign_in PRIMARY KEY,
        email text NOT NULL,
        email_key text NOT NULL,
        language text NOT NULL,
        return_to text NOT NULL,
        token_digest bytea NOT NULL CONSTRAINT uq_sign_in_token_digest UNIQUE,
        code_digest bytea NOT NULL,
        tries integer NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_sign_in_email_key ON sign_in (email_key)",
    "CREATE INDEX ix_sign_in_expires_at ON sign_in (expires_at)",
    """
    CREATE TABLE open_session (
        secret_digest bytea CONSTRAINT pk_open_session PRIMARY KEY,
        person_id uuid NOT NULL CONSTRAINT fk_open_session_person_id_person
            REFERENCES person (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_open_session_person_id ON open_session (person_id)",
    "CREATE INDEX ix_open_session_expires_at ON open_session (expires_at)",
    """
    CREATE TABLE role_grant (
        id uuid CONSTRAINT pk_role_grant PRIMARY KEY,
        person_id uuid NOT NULL CONSTRAINT fk_role_grant_person_id_person
            REFERENCES person (id) ON DELETE CASCADE,
        role text NOT NULL,
        scope text NOT NULL,
        granted_by_id uuid CONSTRAINT fk_role_grant_granted_by_id_person
            REFERENCES person (id) ON DELETE SET NULL,
        granted_at timestamptz NOT NULL,
        CONSTRAINT uq_role_grant_person_id_role_scope UNIQUE (person_id, role, scope)
    )
    """,
    """
    CREATE TABLE organisation (
        id uuid CONSTRAINT pk_organisation PRIMARY KEY,
        name text NOT NULL,
        sort_key text NOT NULL CONSTRAINT uq_organisation_sort_key UNIQUE,
        kind text NOT NULL,
        url text,
        created_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE operator (
        code text CONSTRAINT pk_operator PRIMARY KEY,
        name text NOT NULL,
        organisation_id uuid NOT NULL CONSTRAINT fk_operator_organisation_id_organisation
            REFERENCES organisation (id),
        contact text NOT NULL,
        territory text NOT NULL,
        status text NOT NULL CONSTRAINT ck_operator_status CHECK (status IN ('preparing', 'active', 'left')),
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_operator_code CHECK (code ~ '^[a-z][a-z0-9]{1,15}$')
    )
    """,
)


def upgrade() -> None:
    for statement in (*SCHEMA_1, *TABLES):
        op.execute(statement)
