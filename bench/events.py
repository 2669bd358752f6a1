"""Facts on their way over RabbitMQ: how many the relay publishes, and how long one takes to be done elsewhere.

The services are the tiny ones of the chassis' own tests, a ledger and its mirror, each with its worker process and its
database; the broker is a node of the bench's own, with a quorum queue. Commits are timed by PostgreSQL itself
(`track_commit_timestamp`), so that a journey runs from the commit that made a fact to the commit of its consumer.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from libs.chassis.db import Database
from libs.chassis.inbox import Consumer
from libs.chassis.outbox import CHANNEL
from libs.chassis.rabbitmq import RabbitBus
from libs.chassis.testing.rabbitmq import TestBroker
from libs.chassis.worker import Worker, run_workers, stop_on_signals
from tests.chassis.ledger import EntryMade, build, copy_entry, ledger, mirror

BACKLOG = 20_000
RATE, SECONDS, IN_A_COMMIT = 3_000, 8, 10
ACCOUNTS = 1_000
PATIENCE = 120.0
"""Seconds after which a bench is given up."""

_FACTS = """
    WITH fact AS (
        SELECT gen_random_uuid() AS id, 'account-' || n %% %(accounts)s::int AS account,
               n / %(accounts)s::int + 1 AS number
        FROM generate_series(%(first)s::int, %(last)s::int) n
    ), entered AS (
        INSERT INTO entry (account, number) SELECT account, number FROM fact
    )
    INSERT INTO outbox (event_id, type, subject, envelope, journaled)
    SELECT id, %(type)s::text, account, json_build_object(
               'specversion', '1.0', 'datacontenttype', 'application/json', 'id', id, 'type', %(type)s::text,
               'source', '/coalition/ledger', 'subject', account, 'sequence', number::text, 'time', now(),
               'data', json_build_object('account', account, 'number', number),
               'traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
           ), true
    FROM fact ORDER BY number
"""


def measure(databases: Iterator[str]) -> dict[str, float]:
    """Measure on new databases of a server that has `track_commit_timestamp`."""
    broker = TestBroker()
    try:
        with broker.vhost() as bus:
            relayed = _relay(bus, next(databases), next(databases))
        with broker.vhost() as bus:
            journey = _travel(bus, next(databases), next(databases))
    finally:
        broker.close()
    return {"relayed_per_second": relayed, **journey}


def _relay(bus: str, ledger_url: str, mirror_url: str) -> float:
    """Facts a second, from the commit of a backlog to the removal of its last fact, confirmed by the broker."""
    build(ledger_url)
    build(mirror_url)
    _declare(bus, mirror_url)
    database = ledger(ledger_url)
    with _process("relay", bus, ledger_url):
        _commit(database, 0, 1)
        _wait(lambda: _count(database, "journal") == 1)
        _commit(database, 1, BACKLOG)
        _wait(lambda: _count(database, "journal") == 1 + BACKLOG)
    with database.autocommit() as connection:
        ((seconds,),) = connection.execute(
            "SELECT extract(epoch FROM max(journaled_at) - (SELECT max(pg_xact_commit_timestamp(xmin)) FROM entry))"
            " FROM journal"
        ).fetchall()
    database.close()
    return round(BACKLOG / float(seconds))


def _travel(bus: str, ledger_url: str, mirror_url: str) -> dict[str, float]:
    """Facts at a steady rate, from the commit that made each to that of its consumer, in milliseconds."""
    build(ledger_url)
    build(mirror_url)
    _declare(bus, mirror_url)
    source, copy = ledger(ledger_url), mirror(mirror_url)
    with _process("relay", bus, ledger_url), _process("consume", bus, mirror_url):
        _commit(source, 0, ACCOUNTS)
        _wait(lambda: _count(copy, "copy") == ACCOUNTS)
        total = ACCOUNTS + RATE * SECONDS
        started = time.monotonic()
        for first in range(ACCOUNTS, total, IN_A_COMMIT):
            time.sleep(max(0.0, started + (first - ACCOUNTS) / RATE - time.monotonic()))
            _commit(source, first, IN_A_COMMIT)
        rate = RATE * SECONDS / (time.monotonic() - started)
        _wait(lambda: _count(copy, "copy") == total)
    made, done = _commits(source, "entry"), _commits(copy, "copy")
    journeys = sorted(done[fact] - made[fact] for fact in made if fact[1] > 1)
    source.close()
    copy.close()
    return {
        "travelled_per_second": round(rate),
        "travel_p50_ms": round(1e3 * journeys[len(journeys) // 2], 1),
        "travel_p95_ms": round(1e3 * journeys[len(journeys) * 95 // 100], 1),
    }


def _commit(database: Database, first: int, number: int) -> None:
    """Make `number` facts in one transaction, the `first` of them counted from 0, and tell of it as services do."""
    values = {"accounts": ACCOUNTS, "first": first, "last": first + number - 1}
    with database.autocommit() as connection:
        connection.execute(_FACTS, {**values, "type": EntryMade.type("coalition")})
        connection.execute(f"NOTIFY {CHANNEL}")


def _commits(database: Database, table: str) -> dict[tuple[str, int], float]:
    """When each fact of a table was committed, in seconds, by the server's clock."""
    query = f"SELECT account, number, extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM {table}"
    with database.autocommit() as connection:
        return {(account, number): float(at) for account, number, at in connection.execute(query)}


def _count(database: Database, table: str) -> int:
    with database.autocommit() as connection:
        ((number,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(number)


def _wait(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not met():
        if time.monotonic() > deadline:
            raise SystemExit(f"the events did not arrive within {PATIENCE:.0f} s")
        time.sleep(0.1)


def _declare(bus: str, mirror_url: str) -> None:
    """Make the mirror's queue, as a service does before anything is published."""
    RabbitBus(bus).declare(_mirror_worker(bus, mirror_url).inbox)


@contextmanager
def _process(role: str, bus: str, url: str) -> Iterator[None]:
    """A worker process of one of the two services, for the length of the block."""
    with subprocess.Popen([sys.executable, "-m", "bench.events", role, bus, url]) as worker:
        try:
            yield
        finally:
            worker.terminate()


def _mirror_worker(bus: str, url: str) -> Worker:
    copying = Consumer(name="copy", event=EntryMade, handle=copy_entry)
    return Worker(database=mirror(url), bus=RabbitBus(bus), consumers=[copying])


def main() -> None:
    """Be one of the two worker processes until SIGTERM."""
    role, bus, url = sys.argv[1:]
    stop = stop_on_signals()
    worker = (
        _mirror_worker(bus, url) if role == "consume" else Worker(database=ledger(url), bus=RabbitBus(bus))
    )
    run_workers([worker], stop)


if __name__ == "__main__":
    main()
