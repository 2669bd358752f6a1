"""The ledger and its mirrors at work on a bus, and what became of what they were told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event as Flag
from threading import Thread

from sqlalchemy.orm import Session

from libs.chassis.bus import Bus, Message
from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from libs.chassis.inbox import Consumer
from libs.chassis.testing.waiting import PATIENCE_S
from libs.chassis.worker import Worker, run_workers
from libs.contracts.envelope import Envelope
from tests.chassis.ledger import EntryMade, bus_at, copies, copy_entry, rows

Handler = Callable[[Session, EntryMade], None]


def consumer(handle: Handler = copy_entry, name: str = "copy") -> Consumer:
    """What a mirror does with each entry."""
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
    """How many entries the mirror copied."""
    return sum(len(numbers) for numbers in copies(database).values())


def statuses(database: Database) -> list[tuple[object, ...]]:
    """What became of the events that the mirror was told: consumer, status and reason, in their order."""
    return rows(database, "SELECT consumer, status, reason FROM inbox ORDER BY sequence, consumer")


def handed_over(bus: Bus, envelope: Envelope, times: int = 1) -> None:
    """Give the bus an event as it stands, without an outbox."""
    publisher = bus.publisher()
    for _ in range(times):
        message = Message(envelope.id, envelope.type, envelope.to_json())
        assert publisher.publish([message]) == {envelope.id}
    publisher.close()


def envelope_of(made: EntryMade, sequence: int = 1, **changed: object) -> Envelope:
    """The envelope of an entry, in which some members are changed."""
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
