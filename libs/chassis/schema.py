"""The chassis' own tables, which every service's database has.

They are plain SQL because migrations are history: `SCHEMA_1` is never edited. A change is a `SCHEMA_2` beside it, that
each service runs in a migration of its own.
"""

SCHEMA_1 = (
    # The rank of the last fact recorded about a subject. Its row lock puts the facts of one subject in commit order.
    """
    CREATE TABLE outbox_subject (
        subject text PRIMARY KEY,
        last_sequence bigint NOT NULL
    )
    """,
    # Facts recorded and not yet confirmed by the bus. Removed once they are.
    """
    CREATE TABLE outbox (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL,
        type text NOT NULL,
        subject text NOT NULL,
        envelope text NOT NULL,
        journaled boolean NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    # Public facts that the bus has confirmed, in the order they were published, for ever.
    """
    CREATE TABLE journal (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL UNIQUE,
        type text NOT NULL,
        subject text NOT NULL,
        envelope text NOT NULL,
        journaled_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the journal is append-only';
    END
    $$
    """,
    """
    CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE ON journal
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    # Facts received, one row a consumer: the durable mailbox.
    """
    CREATE TABLE inbox (
        consumer text NOT NULL,
        event_id uuid NOT NULL,
        subject text NOT NULL,
        sequence bigint NOT NULL,
        type text NOT NULL,
        envelope text NOT NULL,
        status text NOT NULL CHECK (status IN ('waiting', 'done', 'dead')),
        attempts integer NOT NULL DEFAULT 0,
        next_try timestamptz NOT NULL DEFAULT now(),
        reason text,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer, event_id)
    )
    """,
    "CREATE INDEX inbox_waiting ON inbox (consumer, subject, sequence) WHERE status = 'waiting'",
    "CREATE INDEX inbox_due ON inbox (next_try) WHERE status = 'waiting'",
    "CREATE INDEX inbox_received ON inbox (received_at) WHERE status = 'done'",
    # When each scheduled job runs next; the row lock makes one worker of many run it.
    """
    CREATE TABLE job (
        name text PRIMARY KEY,
        next_run timestamptz NOT NULL,
        last_run timestamptz,
        last_error text
    )
    """,
    # Public keys of the issuers this service trusts, so that tokens are verified without calling anyone.
    """
    CREATE TABLE verification_key (
        issuer text NOT NULL,
        kid text NOT NULL,
        jwk jsonb NOT NULL,
        PRIMARY KEY (issuer, kid)
    )
    """,
    # Counters of what is limited. Keys are digests: an address or an e-mail is never written here.
    """
    CREATE TABLE limit_counter (
        key text NOT NULL,
        window_start timestamptz NOT NULL,
        count integer NOT NULL,
        PRIMARY KEY (key, window_start)
    )
    """,
    # Mails to hand over. Removed once the mail server has taken them.
    """
    CREATE TABLE mail (
        id uuid PRIMARY KEY,
        message text NOT NULL,
        recipient text NOT NULL,
        useless_after timestamptz NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        next_try timestamptz NOT NULL DEFAULT now(),
        last_error text,
        queued_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX mail_due ON mail (next_try)",
)

SCHEMA_2 = (
    # Subjects who were erased, by the SHA-256 of their id: `erasure.py`.
    """
    CREATE TABLE erased_subject (
        digest bytea PRIMARY KEY,
        erased_at timestamptz NOT NULL
    )
    """,
    # Refuses a row that names, in the column given, somebody erased. The shared lock makes an erasure wait for rows
    # being written, and them for it. A volatile function sees what was committed while it waited.
    """
    CREATE FUNCTION refuse_erased() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        named text := to_jsonb(NEW) ->> TG_ARGV[0];
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('erasure of ' || named, 0));
        IF EXISTS (SELECT FROM erased_subject WHERE digest = sha256(convert_to(named, 'UTF8'))) THEN
            RAISE EXCEPTION 'this row names somebody who was erased';
        END IF;
        RETURN NEW;
    END
    $$
    """,
)


def refuse_erased_in(table: str, column: str, condition: str = "true") -> str:
    """The statement that makes the database refuse rows of `table` that name somebody erased in `column`.

    `condition` narrows, in SQL on `NEW`, the rows that are looked at.
    """
    return f"""
    CREATE TRIGGER {column}_is_not_erased BEFORE INSERT OR UPDATE OF {column} ON {table}
        FOR EACH ROW WHEN (NEW.{column} IS NOT NULL AND {condition}) EXECUTE FUNCTION refuse_erased('{column}')
    """
