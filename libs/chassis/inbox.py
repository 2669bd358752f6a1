"""The durable mailbox: what arrives is stored before it is acknowledged, and tried in the same transaction.

Each consumer has a row for each event. The row is written and the handler called, within a savepoint, in one
transaction; so the handler's effects and the note that it ran are one, and a second delivery of the event finds the
row and does nothing. What arrives together shares the transaction, and the savepoint as well unless something fails.
A handler says one of three words: done (it returns), `Retry` or `Drop`. Retry leaves the row
waiting and the worker tries again later; meanwhile the later facts of the same subject wait behind it. What keeps
failing ends as a dead row, with its reason, and holds back nobody any more.

`libs/chassis/bus.py` says how messages get here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any, NamedTuple

import marshmallow as ma
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from libs.chassis import metrics
from libs.chassis.db import Database
from libs.chassis.errors import Problem, TooMany, Unavailable
from libs.chassis.letters import Letter, earliest_waiting, next_due, settle, store
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
_HELD = _Verdict("waiting", "held")
"""Not tried: an earlier fact of the same subject waits."""


class _Dead(Exception):
    """No handler here can ever be called with this."""


class Inbox:
    """The mailbox of one service."""

    def __init__(self, database: Database, consumers: Sequence[Consumer]) -> None:
        self.name = f"{database.owner}.{database.service}"
        self.bindings = sorted({consumer.binding for consumer in consumers})
        self._database = database
        self._consumers = {consumer.name: consumer for consumer in consumers}
        if len(self._consumers) < len(consumers):
            raise ValueError(f"two consumers of {self.name} have the same name")

    def receive(self, bodies: Sequence[bytes | str], keys: Sequence[str] | None = None) -> list[bool]:
        """Store every message and try it, in one transaction. False marks what could not be read at all.

        Where `keys` are given, an envelope of another type than the key it came under is not read either.
        Raises what the database raises, and then nothing is stored: the bus must not be acknowledged.
        """
        envelopes = [self._read(body, key) for body, key in zip(bodies, keys or repeat(None), strict=False)]
        letters = [letter for envelope in envelopes if envelope for letter in self._letters(envelope)]
        with self._database.transaction() as session:
            new = store(session, letters)
            for letter, verdict in zip(new, self._try_all(session, new), strict=True):
                if verdict is _HELD:
                    settle(session, letter, "waiting", None, attempts=0, next_try=datetime.now(UTC))
                    continue
                if verdict is not _DONE:
                    settle(session, letter, verdict.status, verdict.reason, 1, _next_try(1))
                self._tell(letter, verdict)
        return [envelope is not None for envelope in envelopes]

    def retry_next(self) -> bool:
        """Try again the waiting row that is due first, in a transaction of its own. False when none is due."""
        with self._database.transaction() as session:
            due = next_due(session)
            if due is None:
                return False
            verdict, attempts = self._try(session, *due), due.attempts + 1
            settle(session, due.letter, verdict.status, verdict.reason, attempts, _next_try(attempts))
            self._tell(due.letter, verdict)
        return True

    def _read(self, body: bytes | str, key: str | None) -> Envelope | None:
        try:
            envelope = Envelope.from_json(body)
            if key is not None and (
                envelope.type != key or not envelope.source.startswith(f"/{envelope.owner}/")
            ):
                raise UnreadableEnvelope(f"came under {key}, and says {envelope.type} of {envelope.source}")
            return envelope
        except UnreadableEnvelope as error:
            metrics.UNREADABLE.labels(self._database.service, self._database.owner).inc()
            log.error("unreadable message", reason=str(error)[:500])
            return None

    def _letters(self, envelope: Envelope) -> list[Letter]:
        """What an event means here: a letter to each consumer that wants it, or to nobody."""
        wanted = [consumer.name for consumer in self._consumers.values() if consumer.wants(envelope.type)]
        return [Letter(name, envelope) for name in wanted or [_NOBODY]]

    def _try_all(self, session: Session, letters: Sequence[Letter]) -> Iterator[_Verdict]:
        """Try new letters in their order: all in one savepoint, and where one fails, each in its own."""
        waiting = earliest_waiting(session, letters)
        if not waiting and self._all_succeed(session, letters):
            yield from [_DONE] * len(letters)
            return
        for letter in letters:
            sequence = letter.envelope.sequence
            held = waiting.get(letter.line, sequence) < sequence
            verdict = _HELD if held else self._try(session, letter)
            if verdict.status == "waiting":
                waiting[letter.line] = min(sequence, waiting.get(letter.line, sequence))
            yield verdict

    def _all_succeed(self, session: Session, letters: Sequence[Letter]) -> bool:
        """Whether every handler said done. Where one did not, what all of them did is undone."""
        try:
            with session.begin_nested():
                for letter in letters:
                    self._handle(session, letter)
                    session.flush()
        except Exception as error:
            if _connection_lost(error):
                raise
            return False
        return True

    def _handle(self, session: Session, letter: Letter) -> None:
        consumer, envelope = self._consumers.get(letter.consumer), letter.envelope
        if consumer is None:
            raise _Dead(f"nothing here handles {envelope.type}")
        with traced(envelope.traceparent):
            try:
                event = consumer.event.load(envelope.data)
            except ma.ValidationError as error:
                raise _Dead(f"its data does not fit {envelope.type}: {error.messages}") from error
            session.info[_IN_HAND] = envelope
            consumer.handle(session, event)

    def _try(self, session: Session, letter: Letter, attempts: int = 0) -> _Verdict:
        try:
            with session.begin_nested():
                self._handle(session, letter)
        except Drop as reason:
            return _Verdict("done", "dropped", str(reason))
        except _Dead as reason:
            return _Verdict("dead", "dead", str(reason))
        except (Retry, Unavailable, TooMany) as reason:
            return _waiting(attempts, str(reason))
        except Problem as problem:
            return _Verdict("dead", "dead", f"{problem.code}: {problem}")
        except Exception as error:
            if _connection_lost(error):
                raise  # nothing can be stored: not even that the handler failed
            with traced(letter.envelope.traceparent):
                log.exception("consumer failed", consumer=letter.consumer, event_type=letter.envelope.type)
            return _waiting(attempts, f"{type(error).__name__}: {error}")
        return _DONE

    def _tell(self, letter: Letter, verdict: _Verdict) -> None:
        """Tell whoever watches what became of a letter."""
        labels = (self._database.service, self._database.owner, letter.consumer, verdict.outcome)
        metrics.HANDLED.labels(*labels).inc()
        if verdict.status == "dead":
            event_id = str(letter.envelope.id)
            log.error("dead letter", consumer=letter.consumer, event_id=event_id, reason=verdict.reason)


def _connection_lost(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _waiting(attempts: int, reason: str) -> _Verdict:
    if attempts + 1 >= MAX_ATTEMPTS:
        return _Verdict("dead", "dead", f"after {attempts + 1} attempts: {reason}")
    return _Verdict("waiting", "retry", reason)


def _next_try(attempts: int) -> datetime:
    """Doubling from half a second to an hour, spread so that many rows do not come due at one instant."""
    seconds = min(0.5 * 2**attempts, _LONGEST_DELAY.total_seconds())
    return datetime.now(UTC) + timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311 - no secret


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
