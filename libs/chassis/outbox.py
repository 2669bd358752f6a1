"""Telling the others what happened, without ever telling what did not.

`record` writes the event into the outbox within the business transaction: either both are committed or neither. The
relay (`relay.py`) publishes what stands there, in order.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.chassis.db import database_of, notify_after_commit
from libs.chassis.ids import uuid7
from libs.chassis.trace import traceparent
from libs.contracts.envelope import Envelope
from libs.contracts.event import Audience, Event

CHANNEL = "outbox"

_NEXT_SEQUENCE = text(
    """
    INSERT INTO outbox_subject (subject, last_sequence) VALUES (:subject, 1)
    ON CONFLICT (subject) DO UPDATE SET last_sequence = outbox_subject.last_sequence + 1
    RETURNING last_sequence
    """
)
_INSERT = text(
    """
    INSERT INTO outbox (event_id, type, subject, envelope, journaled)
    VALUES (:event_id, :type, :subject, :envelope, :journaled)
    """
)


_ERASE = (
    text("DELETE FROM outbox WHERE subject = :subject"),
    text("DELETE FROM outbox_subject WHERE subject = :subject"),
)


def record(session: Session, event: Event) -> Envelope:
    """Put `event` in the outbox of the session's service. Returns the envelope it will travel in.

    Taking the sequence locks the subject until the transaction ends, so that the facts of one subject are numbered
    in the order they are committed.
    """
    database = database_of(session)
    sequence = session.execute(_NEXT_SEQUENCE, {"subject": event.subject}).scalar_one()
    envelope = Envelope(
        id=uuid7(),
        type=event.type(database.owner),
        source=f"/{database.owner}/{database.service}",
        subject=event.subject,
        sequence=sequence,
        time=datetime.now(UTC),
        data=event.dump(),
        traceparent=traceparent(),
    )
    session.execute(
        _INSERT,
        {
            "event_id": envelope.id,
            "type": envelope.type,
            "subject": envelope.subject,
            "envelope": envelope.to_json(),
            "journaled": event.audience is Audience.PUBLIC,
        },
    )
    notify_after_commit(session, CHANNEL)
    return envelope


def erase_subject(session: Session, subject: str) -> None:
    """Drop what was not sent yet about somebody who is erased, and the count of what was."""
    for statement in _ERASE:
        session.execute(statement, {"subject": subject})
