"""Sending digests, each once: a notice leaves `digest` for a mailing in the transaction that queues the mail.

Membership is a state of the notice's delivery, not a span of time: a notice whose transaction commits while a digest is
being made would fall between two spans, or into both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from services.notifications.digests.models import Digest
from services.notifications.digests.rules import latest_slot
from services.notifications.email.commands import drop_deliveries, mail_notices, room_for_mail
from services.notifications.email.letters import Window
from services.notifications.email.models import Delivery
from services.notifications.inbox.models import Notice
from services.notifications.kinds.rules import Level
from services.notifications.people.models import Recipient
from services.notifications.post import Post
from services.notifications.preferences.queries import levels_of
from services.notifications.wording import PARIS


def send_digests(session: Session, post: Post, hour: int, now: datetime) -> int:
    """Scheduled job: send the digest of the latest slot to some of those who wait for it; returns to how many.

    Run it often: it does nothing between two slots once everybody has theirs.
    """
    slot = latest_slot(now, hour, PARIS)
    return sum(_send(session, recipient, slot, post, now) for recipient in _due(session, slot))


def _due(session: Session, slot: datetime) -> Sequence[Recipient]:
    """Some who have something for the digest of `slot` and have not had it; held until the transaction ends."""
    waits = _waiting(slot).where(Delivery.recipient_id == Recipient.id)
    had = exists().where(Digest.recipient_id == Recipient.id, Digest.slot >= slot)
    return session.scalars(
        select(Recipient)
        .where(waits.exists(), ~had, Recipient.email.is_not(None))
        .limit(room_for_mail(session))
        .with_for_update(key_share=True, skip_locked=True)
    ).all()


def _send(session: Session, recipient: Recipient, slot: datetime, post: Post, now: datetime) -> bool:
    # Asked again now that the recipient is held: the list may have been read before another worker was done with them.
    last = _last_slot(session, recipient.id)
    if last is not None and last >= slot:
        return False
    waiting = session.scalars(
        _waiting(slot).where(Delivery.recipient_id == recipient.id).order_by(Notice.id)
    ).all()
    levels = levels_of(session, recipient.id)
    drop_deliveries(session, [notice for notice in waiting if levels[notice.kind] is Level.NONE])
    wanted = [notice for notice in waiting if levels[notice.kind] is not Level.NONE]
    if not wanted:
        return False
    mailing_id = mail_notices(session, recipient, wanted, post, now, Window(last, slot))
    session.add(Digest(recipient_id=recipient.id, slot=slot, since=last, mailing_id=mailing_id))
    session.flush()
    return True


def _waiting(slot: datetime) -> Select[Notice]:
    return (
        select(Notice)
        .join(Delivery, Delivery.notice_id == Notice.id)
        .where(Delivery.state == "digest", Notice.created_at <= slot)
    )


def _last_slot(session: Session, recipient_id: UUID) -> datetime | None:
    return session.scalar(select(func.max(Digest.slot)).where(Digest.recipient_id == recipient_id))
