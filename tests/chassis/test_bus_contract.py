"""What both buses promise, tried on each with real databases: all arrives once in order, whatever is down meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from threading import Thread

import psycopg
import pytest

from libs.chassis.db import Database
from libs.chassis.outbox import record
from libs.chassis.testing.waiting import eventually
from tests.chassis.ledger import EntryMade, NoteTaken, copies, make_entry, mirror, rows
from tests.chassis.mirrors import consumer, envelope_of, handed_over, running, total


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


def test_a_second_delivery_of_an_event_does_nothing(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    envelope = envelope_of(EntryMade(account="a", number=1))
    with running(bus_url, ledger_database, (mirror_database, [consumer()])) as bus:
        handed_over(bus, envelope, times=3)
        make_entry(ledger_database, "b")
        eventually(lambda: total(mirror_database) == 2)
    assert copies(mirror_database) == {"a": [1], "b": [1]}


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
