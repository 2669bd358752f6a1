"""Identity asks for erasures, and says how to write to people; this service declares what it erased.

Here people are known by every owner's id of them. So an asking of the coalition erases the account, which is declared;
one of an operator says which of its ids means nobody any more.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from libs.chassis import inbox
from libs.chassis.db import database_of
from libs.chassis.erasure_log import ErasureLog, NotedErasure
from libs.chassis.inbox import Consumer, envelope_in_hand
from libs.chassis.outbox import record
from libs.contracts.erasures import ErasureRequested, NotificationsErasureDeclared
from services.notifications.privacy.commands import erase_person, forget_known_as


def erase(session: Session, event: ErasureRequested, log: ErasureLog) -> None:
    """Erase the account and declare it, or forget the id of an operator's."""
    envelope, now = envelope_in_hand(session), datetime.now(UTC)
    if event.owner == database_of(session).owner:
        log.note(session, NotedErasure(event.pairwise_id, now))
        erased = erase_person(session, event.pairwise_id, now)
        record(session, NotificationsErasureDeclared(erasure_id=event.erasure_id, erased=erased))
    else:
        forget_known_as(session, event.owner, event.pairwise_id, now)
    inbox.erase_subject(session, envelope.source, envelope.subject)


def consumers_noting(log: ErasureLog) -> tuple[Consumer, ...]:
    """The consumer, which notes in `log` whom it erases."""

    def handle(session: Session, event: ErasureRequested) -> None:
        erase(session, event, log)

    return (Consumer(name="erase", event=ErasureRequested, handle=handle),)
