"""What both buses promise, tried on each with real databases."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event as Flag
from threading import Thread

import kombu
import psycopg
import pytest
from sqlalchemy.orm import Session

from libs.chassis.bus import Bus, Message
from libs.chassis.db import Database
from libs.chassis.errors import Conflict
from libs.chassis.ids import uuid7
from libs.chassis.inbox import Consumer, Drop, Inbox, Retry
from libs.chassis.outbox import record
from libs.chassis.testing.waiting import PATIENCE_S, eventually
from libs.chassis.worker import Worker, run_workers
from libs.contracts.envelope import Envelope
from tests.chassis.ledger import EntryMade, NoteTaken, bus_at, copies, copy_entry, make_entry, mirror, rows

Handler = Callable[[Session, EntryMade], None]


def consumer(handle: Handler = copy_entry, name: str = "copy") -> Consumer:
    return Consumer(name=name, event=EntryMade, handle=handle)


@contextmanager
def running(bus_url: str, ledger: Database, *mirrors: tuple[Database, Sequence[Consumer]]) -> Iterator[Bus]:
    """The ledger and its mirrors at work until the block ends."""
    bus = bus_at(bus_url)
    workers = [Worker(database=database, bus=bus, consumers=consumers) for database, consumers in mirrors]
    workers.append(Worker(database=ledger, bus=bus))
    for worker in workers:
        if hasattr(bus, "declare") and worker.inbox.bindings:
            bus.declare(worker.inbox)
    stop = Flag()
    thread = Thread(target=run_workers, args=(workers, stop))
    thread.start()
    try:
        yield bus
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "the worker does not stop"


def total(database: Database) -> int:
    return sum(len(numbers) for numbers in copies(database).values())


def statuses(database: Database) -> list[tuple[object, ...]]:
    return rows(database, "SELECT consumer, status, reason FROM inbox ORDER BY sequence, consumer")


def test_a_recorded_event_reaches_every_service_that_wants_it_once(
    bus_url: str, ledger_database: Database, mirror_database: Database, new_database: Callable[[], str]
) -> None:
    other = mirror(new_database(), owner="op1")
    with running(bus_url, ledger_database, (mirror_database, [consumer()]), (other, [consumer()])):
        for _ in range(5):
            make_entry(ledger_database, "a")
        eventually(lambda: total(mirror_database) == 5 and total(other) == 5)
    assert copies(mirror_database) == copies(other) == {"a": [1, 2, 3, 4, 5]}
    assert rows(ledger_database, "SELECT count(*) FROM outbox") == [(0,)]
    other.close()


def test_what_was_undone_is_never_told(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    with running(bus_url, ledger_database, (mirror_database, [consumer()])):
        with ledger_database.transaction() as session:
            record(session, EntryMade(account="a", number=1))
            session.rollback()
        make_entry(ledger_database, "b")
        eventually(lambda: total(mirror_database) == 1)
    assert copies(mirror_database) == {"b": [1]}


def test_the_facts_of_a_subject_arrive_in_order_however_they_were_made(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    accounts = [f"account {number}" for number in range(8)]

    def write() -> None:
        for _ in range(15):
            for account in accounts:
                make_entry(ledger_database, account)

    with running(bus_url, ledger_database, (mirror_database, [consumer()])):
        writers = [Thread(target=write) for _ in range(3)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        eventually(lambda: total(mirror_database) == 8 * 45)
    assert copies(mirror_database) == {account: list(range(1, 46)) for account in accounts}


def test_an_event_that_a_handler_cannot_take_holds_back_only_its_own_subject(
    bus_url: str, ledger_database: Database, mirror_database: Database, new_database: Callable[[], str]
) -> None:
    def fail_on_poison(session: Session, made: EntryMade) -> None:
        copy_entry(session, made)
        if made.account == "poison":
            raise ZeroDivisionError("as always")

    other = mirror(new_database(), owner="op1")
    with running(
        bus_url, ledger_database, (mirror_database, [consumer(fail_on_poison)]), (other, [consumer()])
    ):
        make_entry(ledger_database, "poison")
        make_entry(ledger_database, "sound")
        make_entry(ledger_database, "poison")
        eventually(lambda: total(mirror_database) == 1 and total(other) == 3)
    assert copies(mirror_database) == {"sound": [1]}
    assert copies(other) == {"poison": [1, 2], "sound": [1]}
    waiting = [row for row in statuses(mirror_database) if row[1] == "waiting"]
    assert [reason for _, _, reason in waiting] == ["ZeroDivisionError: as always", None]
    other.close()


def test_retry_is_tried_again_later_and_the_later_facts_of_its_subject_wait(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    refusals = iter([Retry("not yet"), Retry("not yet")])

    def not_at_once(session: Session, made: EntryMade) -> None:
        if made.account == "late":
            for refusal in refusals:
                raise refusal
        copy_entry(session, made)

    with running(bus_url, ledger_database, (mirror_database, [consumer(not_at_once)])):
        for account in ("late", "late", "prompt", "late"):
            make_entry(ledger_database, account)
        eventually(lambda: total(mirror_database) == 4)
    assert copies(mirror_database) == {"prompt": [1], "late": [1, 2, 3]}


def test_what_arrives_together_succeeds_or_fails_each_for_itself_and_the_order_is_kept(
    mirror_database: Database,
) -> None:
    def handle(session: Session, made: EntryMade) -> None:
        copy_entry(session, made)
        if made.account == "late":
            raise Retry("not yet")
        if made.account == "dropped":
            raise Drop("of no use")

    accounts = ["sound", "late", "late", "dropped", "sound"]
    envelopes = [
        envelope_of(EntryMade(account=account, number=number), sequence=number)
        for number, account in enumerate(accounts, start=1)
    ]
    bodies = [envelope.to_json() for envelope in envelopes]
    assert Inbox(mirror_database, [consumer(handle)]).receive([*bodies, bodies[0]]) == [True] * 6
    assert copies(mirror_database) == {"sound": [1, 5]}
    found = rows(mirror_database, "SELECT status, reason, attempts FROM inbox ORDER BY sequence")
    assert found == [
        ("done", None, 1),
        ("waiting", "not yet", 1),
        ("waiting", None, 0),
        ("done", "of no use", 1),
        ("done", None, 1),
    ]


def test_drop_and_refusals_end_with_their_reason_and_no_effect(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    def refuse(session: Session, made: EntryMade) -> None:
        copy_entry(session, made)
        if made.account == "dropped":
            raise Drop("of no use")
        if made.account == "refused":
            raise Conflict("entry.closed", "The account is closed.")

    with running(bus_url, ledger_database, (mirror_database, [consumer(refuse)])):
        for account in ("dropped", "refused", "taken"):
            make_entry(ledger_database, account)
        eventually(lambda: total(mirror_database) == 1)
        eventually(lambda: len(statuses(mirror_database)) == 3)
    assert copies(mirror_database) == {"taken": [1]}
    assert set(statuses(mirror_database)) == {
        ("copy", "done", "of no use"),
        ("copy", "dead", "entry.closed: The account is closed."),
        ("copy", "done", None),
    }


def test_two_consumers_of_one_event_succeed_and_fail_apart(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    def fail(session: Session, made: EntryMade) -> None:
        raise Retry("never")

    consumers = [consumer(), consumer(fail, name="moody")]
    with running(bus_url, ledger_database, (mirror_database, consumers)):
        make_entry(ledger_database, "a")
        eventually(lambda: len(statuses(mirror_database)) == 2)
    assert statuses(mirror_database) == [("copy", "done", None), ("moody", "waiting", "never")]


def handed_over(bus: Bus, envelope: Envelope, times: int = 1) -> None:
    publisher = bus.publisher()
    for _ in range(times):
        message = Message(envelope.id, envelope.type, envelope.to_json())
        assert publisher.publish([message]) == {envelope.id}
    publisher.close()


def envelope_of(made: EntryMade, sequence: int = 1, **changed: object) -> Envelope:
    members = {
        "id": uuid7(),
        "type": made.type("coalition"),
        "source": "/coalition/ledger",
        "subject": made.subject,
        "sequence": sequence,
        "time": datetime.now(UTC),
        "data": made.dump(),
        "traceparent": "",
    }
    return Envelope(**(members | changed))  # type: ignore[arg-type]


def test_a_second_delivery_of_an_event_does_nothing(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    envelope = envelope_of(EntryMade(account="a", number=1))
    with running(bus_url, ledger_database, (mirror_database, [consumer()])) as bus:
        handed_over(bus, envelope, times=3)
        make_entry(ledger_database, "b")
        eventually(lambda: total(mirror_database) == 2)
    assert copies(mirror_database) == {"a": [1], "b": [1]}


def test_an_event_whose_data_does_not_fit_is_dead_and_names_the_field(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    envelope = envelope_of(EntryMade(account="a", number=1), data={"account": "a", "number": "many"})
    with running(bus_url, ledger_database, (mirror_database, [consumer()])) as bus:
        handed_over(bus, envelope)
        eventually(lambda: len(statuses(mirror_database)) == 1)
    ((_, status, reason),) = statuses(mirror_database)
    assert status == "dead"
    assert "number" in str(reason)
    assert copies(mirror_database) == {}


def test_the_inbox_keeps_an_event_of_an_unknown_version_as_dead(mirror_database: Database) -> None:
    envelope = envelope_of(EntryMade(account="a", number=1), type="coalition.ledger.entry_made.v2")
    inbox = Inbox(mirror_database, [consumer()])
    assert inbox.receive([envelope.to_json(), envelope.to_json()]) == [True, True]
    assert statuses(mirror_database) == [
        ("(nobody)", "dead", "nothing here handles coalition.ledger.entry_made.v2")
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"{",
        b"[]",
        b"[" * 50_000,
        b'{"specversion": "0.3"}',
        b'{"specversion": "1.0", "id": "1"}',
        b"x" * 1_000_001,
    ],
    ids=["bytes", "cut", "list", "deep", "version", "bare", "huge"],
)
def test_what_is_no_event_is_refused_by_the_inbox_and_changes_nothing(
    mirror_database: Database, body: bytes
) -> None:
    sound = envelope_of(EntryMade(account="a", number=1))
    assert Inbox(mirror_database, [consumer()]).receive([body, sound.to_json()]) == [False, True]
    assert copies(mirror_database) == {"a": [1]}
    assert len(statuses(mirror_database)) == 1


def test_an_event_is_believed_only_under_the_key_that_the_broker_let_its_publisher_use(
    broker_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    forged = envelope_of(EntryMade(account="a", number=1))
    anyones = Consumer(name="copy", event=EntryMade, handle=copy_entry, owner="*")
    with running(broker_url, ledger_database, (mirror_database, [anyones])):
        with kombu.Connection(broker_url) as connection:
            connection.Producer().publish(
                forged.to_json(),
                exchange="bus",
                routing_key=EntryMade.type("op1"),
                content_type="application/cloudevents+json",
                content_encoding="utf-8",
            )
        make_entry(ledger_database, "b")
        eventually(lambda: total(mirror_database) == 1)
    assert copies(mirror_database) == {"b": [1]}


def test_what_is_no_event_goes_to_the_brokers_dead_letters_and_the_rest_goes_on(
    broker_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    with running(broker_url, ledger_database, (mirror_database, [consumer()])):
        with kombu.Connection(broker_url) as connection:
            connection.Producer().publish(
                b"no event", exchange="bus", routing_key=EntryMade.type("coalition"), content_type="x/y"
            )
        make_entry(ledger_database, "a")
        eventually(lambda: total(mirror_database) == 1)

        def dead() -> list[bytes]:
            with kombu.Connection(broker_url) as connection:
                message = connection.default_channel.basic_get("bus.dead", no_ack=True)
                return [bytes(message.body)] if message else []

        found: list[bytes] = []
        eventually(lambda: bool(found or found.extend(dead()) or found))
    assert found == [b"no event"]


def test_public_facts_are_kept_in_the_journal_which_refuses_change(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    with running(bus_url, ledger_database, (mirror_database, [consumer()])):
        make_entry(ledger_database, "a")
        with ledger_database.transaction() as session:
            record(session, NoteTaken(account="a"))
        make_entry(ledger_database, "a")
        eventually(lambda: total(mirror_database) == 2)
        eventually(lambda: rows(ledger_database, "SELECT count(*) FROM outbox") == [(0,)])
    journal = rows(ledger_database, "SELECT type, subject FROM journal ORDER BY position")
    assert journal == [("coalition.ledger.entry_made.v1", "a")] * 2
    for change in ("DELETE FROM journal", "UPDATE journal SET subject = 'b'"):
        with pytest.raises(psycopg.errors.RaiseException), ledger_database.autocommit() as connection:
            connection.execute(change)


def test_a_broker_that_was_down_gets_everything_when_it_is_back(
    rabbitmq: object, broker_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    with running(broker_url, ledger_database, (mirror_database, [consumer()])):
        make_entry(ledger_database, "a")
        eventually(lambda: total(mirror_database) == 1)
        rabbitmq.stop_app()  # type: ignore[attr-defined]
        try:
            for _ in range(20):
                make_entry(ledger_database, "a")
        finally:
            rabbitmq.start_app()  # type: ignore[attr-defined]
        eventually(lambda: total(mirror_database) == 21)
    assert copies(mirror_database) == {"a": list(range(1, 22))}


def test_a_database_that_drops_its_connections_loses_nothing(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    kick = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with running(bus_url, ledger_database, (mirror_database, [consumer()])):
        for number in range(30):
            make_entry(ledger_database, "a")
            if number % 10 == 5:
                with mirror_database.dedicated() as another:
                    another.execute(kick)

        def all_copied() -> bool:
            with contextlib.suppress(psycopg.OperationalError):  # the reader's connection was dropped too
                return total(mirror_database) == 30
            return False

        eventually(all_copied)
    assert copies(mirror_database) == {"a": list(range(1, 31))}
