"""Notices that services address to one person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from libs.chassis.erasure import is_erased
from libs.chassis.inbox import Consumer, Drop, Retry, envelope_in_hand, erase_subject
from libs.contracts.notices import ConsultationNotice, DefisNotice
from services.notifications.inbox.commands import News, receive
from services.notifications.kinds.catalogue import kind_published
from services.notifications.kinds.rules import path_of
from services.notifications.people.models import Recipient
from services.notifications.people.queries import recipient_known_as

WORTH_TELLING = timedelta(days=30)
"""A notice that took longer to arrive is no news any more."""
KNOWN_WITHIN = timedelta(hours=2)
"""How long a notice waits for identity to say whom it is for, less than the inbox tries before it gives up with a dead
letter. Later, the person was erased or never was."""


def keep_notice(session: Session, event: DefisNotice | ConsultationNotice) -> None:
    """Keep a notice for whom its publisher means; wait for a person who is not known here yet.

    One to somebody erased meanwhile is emptied.
    """
    envelope = envelope_in_hand(session)
    if is_erased(session, event.recipient):
        erase_subject(session, envelope.source, envelope.subject)
        return
    recipient = recipient_meant(session, event.recipient)
    news = News(
        kind=kind_published(event.kind).code,
        title=event.title,
        facts=event.facts,
        path=path_of(envelope.owner, event.reference),
        happened_at=envelope.time,
    )
    receive(session, {recipient.id: None}, news, datetime.now(UTC))


def recipient_meant(session: Session, person_id: UUID) -> Recipient:
    """Whom the publisher of the event in hand means by that id.

    Raises `Drop` where it is no news any more or nobody's id, `Retry` while identity may still say whose it is.
    """
    envelope, now = envelope_in_hand(session), datetime.now(UTC)
    if now - envelope.time > WORTH_TELLING:
        raise Drop("older than thirty days")
    recipient = recipient_known_as(session, envelope.owner, person_id)
    if recipient is not None:
        return recipient
    if now - envelope.time > KNOWN_WITHIN:
        raise Drop("nobody here is known under that id")
    raise Retry("identity has not said yet whom that id means")


consumers = (
    Consumer(name="keep-defis-notices", event=DefisNotice, handle=keep_notice, owner="*"),
    Consumer(name="keep-consultation-notices", event=ConsultationNotice, handle=keep_notice),
)
