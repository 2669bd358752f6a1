"""Reading one's notices, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from libs.chassis.paging import Page, decode_cursor, page
from services.notifications.inbox.models import Notice
from services.notifications.kinds.catalogue import kind_of
from services.notifications.kinds.rules import clean_facts, details_of
from services.notifications.wording import Words

_LISTING = "inbox"


def list_notices(
    session: Session, recipient_id: UUID, *, cursor: str | None, limit: int, unread: bool
) -> Page[Notice]:
    """A page of somebody's notices, newest first; only those not read yet if `unread`."""
    query = select(Notice).where(Notice.recipient_id == recipient_id)
    if unread:
        query = query.where(Notice.read_at.is_(None))
    after = decode_cursor(_LISTING, cursor, UUID)
    if after is not None:
        query = query.where(Notice.id < after[0])
    rows = session.scalars(query.order_by(Notice.id.desc()).limit(limit + 1)).all()
    return page(_LISTING, rows, limit, lambda notice: [str(notice.id)])


def count_unread(session: Session, recipient_id: UUID) -> int:
    """How many notices somebody has not read."""
    unread = (Notice.recipient_id == recipient_id, Notice.read_at.is_(None))
    return session.scalars(select(func.count()).select_from(Notice).where(*unread)).one()


def told_since(
    session: Session, since: datetime, *, kind: str, path: str, facts: Mapping[str, Any]
) -> set[UUID]:
    """Whom the same was said to since then: of the same kind, about the same page, with the same facts."""
    same = select(Notice.recipient_id).where(
        Notice.created_at > since,
        Notice.kind == kind,
        Notice.path == path,
        Notice.facts == clean_facts(kind_of(kind), facts),
    )
    return set(session.scalars(same))


def told(notice: Notice, words: Words) -> dict[str, Any]:
    """A notice as it is read: its heading, its sentence, what is said besides, and where to look."""
    kind = kind_of(notice.kind)
    return {
        "id": notice.id,
        "kind": notice.kind,
        "title": notice.title,
        "headline": words.say(kind.headline),
        "sentence": words.say(kind.sentence),
        "details": words.all(details_of(kind, notice.facts)),
        "path": notice.path,
        "happened_at": notice.happened_at,
        "read_at": notice.read_at,
    }


def told_page(found: Page[Notice], words: Words) -> Page[dict[str, Any]]:
    """A page of notices as they are read."""
    return Page([told(notice, words) for notice in found.items], found.next)
