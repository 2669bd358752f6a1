"""Keeping notices for people, and noting what they have read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.ids import uuid7
from libs.chassis.messages import N_
from services.notifications.email.commands import plan_deliveries
from services.notifications.inbox.models import Notice
from services.notifications.kinds.catalogue import kind_of
from services.notifications.kinds.rules import clean_facts, clean_title
from services.notifications.people.models import Recipient

KEPT = timedelta(days=365)
"""How long a notice stays in an inbox."""
KEPT_FOR_ADDRESSES = timedelta(days=30)
"""How long one stays for an address, which has no inbox: its mail has long left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something to say to a recipient, as it came."""

    kind: str
    path: str
    happened_at: datetime
    title: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def receive(session: Session, recipients: Mapping[UUID, UUID | None], news: News, now: datetime) -> None:
    """Keep a notice for each of `recipients`, with the follow it comes from if any; it is mailed as each chose."""
    if not recipients:
        return
    kind = kind_of(news.kind)
    said = {
        "kind": kind.code,
        "title": clean_title(news.title),
        "facts": clean_facts(kind, news.facts),
        "path": news.path,
        "happened_at": news.happened_at,
        "created_at": now,
    }
    notices: list[dict[str, Any]] = [
        {"id": uuid7(), "recipient_id": recipient, "follow_id": follow, **said}
        for recipient, follow in recipients.items()
    ]
    session.execute(insert(Notice), notices)
    plan_deliveries(session, {notice["id"]: notice["recipient_id"] for notice in notices})


def mark_read(session: Session, recipient_id: UUID, notice_id: UUID, now: datetime) -> None:
    """Note that the recipient has read one of their notices. Raises `NotFound` for anybody else's."""
    own = (Notice.id == notice_id, Notice.recipient_id == recipient_id)
    session.execute(update(Notice).where(*own, Notice.read_at.is_(None)).values(read_at=now))
    if not session.scalar(select(exists().where(*own))):
        raise NotFound("notice.unknown", N_("There is no such notice."))


def mark_all_read(session: Session, recipient_id: UUID, up_to: UUID | None, now: datetime) -> int:
    """Note that the recipient has read what they have, up to the notice `up_to` if one is named; returns how many.

    Naming the newest notice shown leaves unread what came while its reader was looking.
    """
    unread = update(Notice).where(Notice.recipient_id == recipient_id, Notice.read_at.is_(None))
    if up_to is not None:
        unread = unread.where(Notice.id <= up_to)
    return len(session.scalars(unread.values(read_at=now).returning(Notice.id)).all())


def forget_old_notices(session: Session, now: datetime) -> None:
    """Scheduled job: remove notices that were kept long enough."""
    addresses = select(Recipient.id).where(Recipient.account.is_(False))
    session.execute(delete(Notice).where(Notice.created_at < now - KEPT))
    session.execute(
        delete(Notice).where(Notice.created_at < now - KEPT_FOR_ADDRESSES, Notice.recipient_id.in_(addresses))
    )
