"""The rows of the mailbox: a letter is one event for one consumer. `inbox.py` says what is done with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.contracts.envelope import Envelope


class Letter(NamedTuple):
    """An event for one consumer, which is known by its name."""

    consumer: str
    envelope: Envelope

    @property
    def key(self) -> tuple[str, UUID]:
        """What tells its row from others."""
        return self.consumer, self.envelope.id

    @property
    def line(self) -> tuple[str, str]:
        """Where it queues: behind the earlier facts of its subject, for the same consumer.

        Two owners may speak of subjects with one name; the order is that of one source.
        """
        return self.consumer, f"{self.envelope.source} {self.envelope.subject}"


class Due(NamedTuple):
    """A letter that waited, and how often it was tried."""

    letter: Letter
    attempts: int


def store(session: Session, letters: Sequence[Letter]) -> list[Letter]:
    """Write the letters as done; those that were not there yet, in their order, are returned, each once.

    As done, because nearly all will be, within this transaction: for the others `settle` says otherwise. Waits while
    another transaction is writing the same ones.
    """
    if not letters:
        return []
    rows = [
        {
            "consumer": letter.consumer,
            "event_id": str(letter.envelope.id),
            "subject": letter.line[1],
            "sequence": letter.envelope.sequence,
            "type": letter.envelope.type,
            "envelope": letter.envelope.to_json(),
        }
        for letter in letters
    ]
    written = {(row.consumer, row.event_id) for row in session.execute(_STORE, {"rows": json.dumps(rows)})}
    return [letter for key, letter in {letter.key: letter for letter in letters}.items() if key in written]


def earliest_waiting(session: Session, letters: Sequence[Letter]) -> dict[tuple[str, str], int]:
    """For each line of `letters` in which somebody waits, the lowest sequence that does."""
    lines = {letter.line for letter in letters}
    values = {"consumers": [line[0] for line in lines], "subjects": [line[1] for line in lines]}
    return {(row.consumer, row.subject): row.sequence for row in session.execute(_EARLIEST, values)}


def next_due(session: Session) -> Due | None:
    """The waiting letter that is due first and has nobody before it in its line, locked; None when there is none."""
    row = session.execute(_NEXT_DUE).one_or_none()
    if row is None:
        return None
    return Due(Letter(row.consumer, Envelope.from_stored(row.envelope)), row.attempts)


def settle(
    session: Session, letter: Letter, status: str, reason: str | None, attempts: int, next_try: datetime
) -> None:
    """Note what became of a letter: `done`, `dead`, or `waiting` until `next_try`."""
    values = {"status": status, "reason": reason and reason[:2000].replace("\0", ""), "attempts": attempts}
    key = {"consumer": letter.consumer, "event_id": letter.envelope.id}
    session.execute(_SETTLE, {**key, **values, "next_try": next_try})


_STORE = text(
    """
    INSERT INTO inbox (consumer, event_id, subject, sequence, type, envelope, status, attempts)
    SELECT consumer, event_id, subject, sequence, type, envelope, 'done', 1
    FROM json_to_recordset(CAST(:rows AS json))
         AS letter (consumer text, event_id uuid, subject text, sequence bigint, type text, envelope text)
    ORDER BY consumer, event_id
    ON CONFLICT (consumer, event_id) DO NOTHING
    RETURNING consumer, event_id
    """
)
_EARLIEST = text(
    """
    SELECT consumer, subject, min(sequence) AS sequence
    FROM unnest(CAST(:consumers AS text[]), CAST(:subjects AS text[])) AS line (consumer, subject)
    JOIN inbox USING (consumer, subject)
    WHERE status = 'waiting'
    GROUP BY consumer, subject
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
