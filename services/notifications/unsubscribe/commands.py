"""Stopping what a link stops. Doing it twice is doing it once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.notifications.follows.commands import stop_following
from services.notifications.kinds.catalogue import kind_of
from services.notifications.kinds.rules import Level
from services.notifications.people.models import Recipient
from services.notifications.people.queries import hold_recipient
from services.notifications.preferences.commands import choose, stop_all, stop_daily
from services.notifications.unsubscribe.rules import Link, What


def unsubscribe(session: Session, link: Link, now: datetime) -> None:
    """Stop what `link` names; nothing is done where its recipient is gone."""
    recipient = hold_recipient(session, link.recipient_id)
    if recipient is not None:
        _STOPS[link.scope.what](session, recipient, link, now)


def _stop_kind(session: Session, recipient: Recipient, link: Link, now: datetime) -> None:
    choose(session, recipient, {kind_of(link.scope.which).code: Level.NONE}, now)


def _stop_follow(session: Session, recipient: Recipient, link: Link, _now: datetime) -> None:
    stop_following(session, recipient, [UUID(link.scope.which)])


_STOPS: dict[What, Callable[[Session, Recipient, Link, datetime], object]] = {
    What.KIND: _stop_kind,
    What.DAILY: lambda session, recipient, _link, now: stop_daily(session, recipient, now),
    What.MAILS: lambda session, recipient, _link, now: stop_all(session, recipient, now),
    What.FOLLOW: _stop_follow,
    What.FOLLOWS: lambda session, recipient, _link, _now: stop_following(session, recipient),
}
