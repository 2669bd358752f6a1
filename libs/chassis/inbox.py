"""The durable mailbox: what arrives is stored before it is acknowledged, and tried in the same transaction.

Each consumer has a row for each event. The row is written and the handler called, within a savepoint, in one
transaction; so the handler's effects and the note that it ran are one, and a second delivery of the event finds the
row and does nothing. A handler says one of three words: done (it returns), `Retry` or `Drop`. Retry leaves the row
waiting and the worker tries again later; meanwhile the later facts of the same subject wait behind it. What keeps
failing ends as a dead row, with its reason, and holds back nobody any more.

`libs/chassis/bus.py` says how messages get here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import marshmallow as ma
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from libs.chassis import metrics
from libs.chassis.db import Database
from libs.chassis.errors import Problem, TooMany, Unavailable
from libs.chassis.trace import traced
from libs.contracts.envelope import Envelope, UnreadableEnvelope
from libs.contracts.event import Event

log = structlog.get_logger()

MAX_ATTEMPTS = 15
"""Tries before a row is dead; with the delays below, about three hours."""
_LONGEST_DELAY = timedelta(hours=1)
_NOBODY = "(nobody)"


class Retry(Exception):
    """Not now: try this event again later, and hold the later ones of its subject until then."""


class Drop(Exception):
    """This event is of no use here; do not try it again."""


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """One use of one event class, by one handler.

    `name` is unique within the service and stays the same for ever: the rows are kept under it. `owner` is whose
    events are wanted, `*` for every owner's. A `projection` only rebuilds a read model, so it may be fed again from
    the journal; anything else is a reaction and must not be.
    """

    name: str
    event: type[Event]
    handle: Callable[[Session, Any], None]
    owner: str = "coalition"
    projection: bool = False

    @property
    def binding(self) -> str:
        """The routing key it is delivered under: exactly one version."""
        return self.event.type(self.owner)

    def wants(self, event_type: str) -> bool:
        """Whether an event of this type is for this consumer."""
        owner, _, name = event_type.partition(".")
        return self.owner in ("*", owner) and name == self.event.type("")[1:]


_IN_HAND = "envelope"


def envelope_in_hand(session: Session) -> Envelope:
    """The envelope of the event that a handler is called for: whose it is, and when it happened."""
    envelope = session.info[_IN_HAND]
    assert isinstance(envelope, Envelope)
    return envelope


class _Verdict(NamedTuple):
    status: str
    outcome: str
    reason: str | None = None


_DONE = _Verdict("done", "done")


class Inbox:
    """The mailbox of one service."""

    def __init__(self, database: Database, consumers: Sequence[Consumer]) -> None:
        self.name = f"{database.owner}.{database.service}"
        self.bindings = sorted({consumer.binding for consumer in consumers})
        self._database = database
        self._consumers = {consumer.name: consumer for consumer in consumers}
        if len(self._consumers) < len(consumers):
            raise ValueError(f"two consumers of {self.name} have the same name")

    def receive(self, bodies: Sequence[bytes | str]) -> list[bool]:
        """Store every message and try it, in one transaction. False marks what could not be read at all.

        Raises what the database raises, and then nothing is stored: the bus must not be acknowledged.
        """
        envelopes = [self._read(body) for body in bodies]
        with self._database.transaction() as session:
            for envelope in envelopes:
                if envelope is not None:
                    self._take(session, envelope)
        return [envelope is not None for envelope in envelopes]

    def retry_next(self) -> bool:
        """Try again the waiting row that is due first, in a transaction of its own. False when none is due."""
        with self._database.transaction() as session:
            row = session.execute(_NEXT_DUE).one_or_none()
            if row is None:
                return False
            consumer = self._consumers.get(row.consumer)
            if consumer is None:
                verdict = _Verdict("dead", "dead", "this consumer no longer exists")
            else:
                verdict = self._try(session, consumer, Envelope.from_json(row.envelope), row.attempts)
            self._settle(session, row.consumer, row.event_id, verdict, row.attempts + 1)
        return True

    def _read(self, body: bytes | str) -> Envelope | None:
        try:
            return Envelope.from_json(body)
        except UnreadableEnvelope as error:
            metrics.UNREADABLE.labels(self._database.service, self._database.owner).inc()
            log.error("unreadable message", reason=str(error)[:500])
            return None

    def _take(self, session: Session, envelope: Envelope) -> None:
        wanted = [consumer for consumer in self._consumers.values() if consumer.wants(envelope.type)]
        for consumer in wanted:
            if not _store(session, consumer.name, envelope):
                continue
            if not _waits_behind_another(session, consumer.name, envelope):
                verdict = self._try(session, consumer, envelope, attempts=0)
                self._settle(session, consumer.name, envelope.id, verdict, attempts=1)
        if not wanted and _store(session, _NOBODY, envelope):
            verdict = _Verdict("dead", "dead", f"nothing here handles {envelope.type}")
            self._settle(session, _NOBODY, envelope.id, verdict, attempts=0)

    def _try(self, session: Session, consumer: Consumer, envelope: Envelope, attempts: int) -> _Verdict:
        with traced(envelope.traceparent):
            try:
                event = consumer.event.load(envelope.data)
            except ma.ValidationError as error:
                return _Verdict("dead", "dead", f"its data does not fit {envelope.type}: {error.messages}")
            try:
                session.info[_IN_HAND] = envelope
                with session.begin_nested():
                    consumer.handle(session, event)
            except Drop as reason:
                return _Verdict("done", "dropped", str(reason))
            except (Retry, Unavailable, TooMany) as reason:
                return _waiting(attempts, str(reason))
            except Problem as problem:
                return _Verdict("dead", "dead", f"{problem.code}: {problem}")
            except Exception as error:
                if isinstance(error, DBAPIError) and error.connection_invalidated:
                    raise  # nothing can be stored: not even that the handler failed
                log.exception("consumer failed", consumer=consumer.name, event_type=envelope.type)
                return _waiting(attempts, f"{type(error).__name__}: {error}")
        return _DONE

    def _settle(
        self, session: Session, consumer: str, event_id: Any, verdict: _Verdict, attempts: int
    ) -> None:
        session.execute(
            _SETTLE,
            {
                "consumer": consumer,
                "event_id": event_id,
                "status": verdict.status,
                "reason": verdict.reason and verdict.reason[:2000].replace("\0", ""),
                "attempts": attempts,
                "next_try": datetime.now(UTC) + _delay(attempts),
            },
        )
        metrics.HANDLED.labels(self._database.service, self._database.owner, consumer, verdict.outcome).inc()
        if verdict.status == "dead":
            log.error("dead letter", consumer=consumer, event_id=str(event_id), reason=verdict.reason)


def _waiting(attempts: int, reason: str) -> _Verdict:
    if attempts + 1 >= MAX_ATTEMPTS:
        return _Verdict("dead", "dead", f"after {attempts + 1} attempts: {reason}")
    return _Verdict("waiting", "retry", reason)


def _delay(attempts: int) -> timedelta:
    """Doubling from half a second to an hour, spread so that many rows do not come due at one instant."""
    seconds = min(0.5 * 2**attempts, _LONGEST_DELAY.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311 - spreading load, no secret


def _store(session: Session, consumer: str, envelope: Envelope) -> bool:
    """Write the row; False when it is there already. Waits while another transaction is writing the same one."""
    return session.execute(_INSERT, {**_row_of(envelope), "consumer": consumer}).first() is not None


def _waits_behind_another(session: Session, consumer: str, envelope: Envelope) -> bool:
    return bool(session.execute(_BEHIND, {**_row_of(envelope), "consumer": consumer}).scalar())


def _row_of(envelope: Envelope) -> dict[str, Any]:
    return {
        "event_id": envelope.id,
        # Two owners may speak of subjects with one name; the order is that of one source.
        "subject": f"{envelope.source} {envelope.subject}",
        "sequence": envelope.sequence,
        "type": envelope.type,
        "envelope": envelope.to_json(),
    }


def forget_old_mail(session: Session, now: datetime) -> None:
    """Scheduled job: drop rows done long ago. Kept a month, which is longer than any bus holds a duplicate."""
    session.execute(
        text("DELETE FROM inbox WHERE status = 'done' AND received_at < :old"),
        {"old": now - timedelta(days=35)},
    )


def erase_subject(session: Session, source: str, subject: str) -> None:
    """Empty every envelope about one subject of one source (`/op1/defis`), and try none of them again.

    Rows stay, so that a second delivery of an erased event is still known as one; whom they were about does not.
    """
    session.execute(_ERASE, {"subject": f"{source} {subject}"})


_ERASE = text(
    """
    UPDATE inbox SET subject = '', envelope = '', status = 'done', reason = 'erased' WHERE subject = :subject
    """
)
_INSERT = text(
    """
    INSERT INTO inbox (consumer, event_id, subject, sequence, type, envelope, status)
    VALUES (:consumer, :event_id, :subject, :sequence, :type, :envelope, 'waiting')
    ON CONFLICT (consumer, event_id) DO NOTHING
    RETURNING 1
    """
)
_BEHIND = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM inbox
        WHERE consumer = :consumer AND subject = :subject AND sequence < :sequence AND status = 'waiting'
    )
    """
)
_NEXT_DUE = text(
    """
    SELECT consumer, event_id, envelope, attempts FROM inbox AS due
    WHERE status = 'waiting' AND next_try <= now() AND NOT EXISTS (
        SELECT 1 FROM inbox AS earlier
        WHERE earlier.consumer = due.consumer AND earlier.subject = due.subject
            AND earlier.sequence < due.sequence AND earlier.status = 'waiting'
    )
    ORDER BY next_try, sequence
    LIMIT 1
    FOR UPDATE SKIP LOCKED
    """
)
_SETTLE = text(
    """
    UPDATE inbox SET status = :status, reason = :reason, attempts = :attempts, next_try = :next_try
    WHERE consumer = :consumer AND event_id = :event_id
    """
)
