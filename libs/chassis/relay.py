"""Publishes what the outbox holds, in order, and removes it once the bus has confirmed it.

One relay at a time per database: it holds a session lock on the very connection it reads and removes through, so one
that lost the lock cannot remove anything either. It always reads from the oldest row (never « after the last one
seen »: transactions do not commit in the order their rows were numbered). What is published twice, because a crash
came between confirmation and removal, is stored once by the inboxes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from threading import Event as Flag
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import structlog

from libs.chassis import metrics
from libs.chassis.bus import Bus, BusUnavailable, Message, Publisher
from libs.chassis.db import Database
from libs.chassis.outbox import CHANNEL

log = structlog.get_logger()

_BATCH = 500
_POLL = 0.5
"""Seconds after which the outbox is looked at though no notice came: a notice may be lost."""

_READ = """
    SELECT position, event_id, type, subject, envelope FROM outbox ORDER BY position LIMIT %s
"""
_REMOVE = """
    WITH gone AS (
        DELETE FROM outbox WHERE position = ANY(%s)
        RETURNING position, event_id, type, subject, envelope, journaled
    )
    INSERT INTO journal (event_id, type, subject, envelope)
    SELECT event_id, type, subject, envelope FROM gone WHERE journaled ORDER BY position
    ON CONFLICT (event_id) DO NOTHING
"""


class _Row(NamedTuple):
    position: int
    event_id: UUID
    type: str
    subject: str
    envelope: str


class Relay:
    """The relay of one service's outbox."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._labels = (database.service, database.owner)

    def run(self, stop: Flag) -> None:
        """Relay until `stop` is set. Raises when the database or the bus goes away; the worker starts it again."""
        with self._database.dedicated() as connection:
            while not _take_lock(connection):
                if stop.wait(_POLL):
                    return
            connection.execute(f"LISTEN {CHANNEL}")
            publisher = self._bus.publisher()
            try:
                while not stop.is_set():
                    if not self.relay_batch(connection, publisher):
                        _wait_for_notice(connection)
            finally:
                publisher.close()

    def relay_batch(self, connection: psycopg.Connection[Any], publisher: Publisher) -> int:
        """Publish and remove the oldest rows; returns how many. Raises `BusUnavailable` if any was not confirmed."""
        rows = [_Row(*row) for row in connection.execute(_READ, [_BATCH])]
        for batch in rounds(rows):
            confirmed = publisher.publish([Message(row.event_id, row.type, row.envelope) for row in batch])
            gone = [row.position for row in batch if row.event_id in confirmed]
            connection.execute(_REMOVE, [gone])
            metrics.RELAYED.labels(*self._labels).inc(len(gone))
            if len(gone) < len(batch):
                raise BusUnavailable(f"{len(batch) - len(gone)} of {len(batch)} messages were not confirmed")
        return len(rows)


def rounds(rows: Sequence[_Row]) -> list[list[_Row]]:
    """The rows in rounds that hold each subject at most once.

    A round goes out once the one before it is confirmed. Were two facts of one subject on their way together, the bus
    could refuse the first and take the second, and the order would be lost.
    """
    seen: defaultdict[str, int] = defaultdict(int)
    batches: list[list[_Row]] = []
    for row in rows:
        rank = seen[row.subject]
        seen[row.subject] += 1
        if rank == len(batches):
            batches.append([])
        batches[rank].append(row)
    return batches


def _take_lock(connection: psycopg.Connection[Any]) -> bool:
    (taken,) = connection.execute(
        "SELECT pg_try_advisory_lock(hashtextextended('maillage relay', 0))"
    ).fetchone() or (False,)
    return bool(taken)


def _wait_for_notice(connection: psycopg.Connection[Any]) -> None:
    for _notice in connection.notifies(timeout=_POLL, stop_after=1):
        pass
