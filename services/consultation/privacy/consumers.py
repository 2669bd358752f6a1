"""Identity asks for erasures; this service declares its own."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from libs.chassis import inbox
from libs.chassis.db import database_of
from libs.chassis.erasure_log import ErasureLog, NotedErasure
from libs.chassis.inbox import Consumer, envelope_in_hand
from libs.chassis.outbox import record
from libs.contracts.erasures import ConsultationErasureDeclared, ErasureRequested
from services.consultation.privacy.commands import erase_subject


def erase(session: Session, event: ErasureRequested, log: ErasureLog) -> None:
    """Erase whom this owner knows by that id, and declare it. An asking of another owner is only emptied."""
    envelope, now = envelope_in_hand(session), datetime.now(UTC)
    if event.owner == database_of(session).owner:
        log.note(session, NotedErasure(event.pairwise_id, now))
        erased = erase_subject(session, event.pairwise_id, now)
        record(session, ConsultationErasureDeclared(erasure_id=event.erasure_id, erased=erased))
    inbox.erase_subject(session, envelope.source, envelope.subject)


def consumers_noting(log: ErasureLog) -> tuple[Consumer, ...]:
    """The consumer, which notes in `log` whom it erases."""

    def handle(session: Session, event: ErasureRequested) -> None:
        erase(session, event, log)

    return (Consumer(name="erase", event=ErasureRequested, handle=handle),)
