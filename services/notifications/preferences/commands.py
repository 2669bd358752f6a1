"""Choosing what comes by mail. A choice holds at once: mails that nobody wants any more are taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.notifications.email.commands import withdraw_unwanted
from services.notifications.kinds.rules import Level
from services.notifications.people.models import Recipient
from services.notifications.preferences.models import Preference
from services.notifications.preferences.queries import levels_of


def choose(session: Session, recipient: Recipient, levels: Mapping[str, Level], now: datetime) -> None:
    """Receive each kind of `levels` at its level from now on. The caller holds `recipient`."""
    for kind, level in levels.items():
        chosen = {"level": level.value, "changed_at": now}
        session.execute(
            insert(Preference)
            .values(recipient_id=recipient.id, kind=kind, **chosen)
            .on_conflict_do_update(index_elements=[Preference.recipient_id, Preference.kind], set_=chosen)
        )
    withdraw_unwanted(session, recipient.id)


def stop_daily(session: Session, recipient: Recipient, now: datetime) -> None:
    """No digest any more: what came daily is no longer mailed."""
    _stop(session, recipient, {Level.DAILY}, now)


def stop_all(session: Session, recipient: Recipient, now: datetime) -> None:
    """No mail any more. The inbox of the site goes on."""
    _stop(session, recipient, {Level.DAILY, Level.AT_ONCE}, now)


def mailed_kinds(session: Session, recipient_id: UUID, levels: set[Level]) -> list[str]:
    """The kinds that the recipient receives at one of `levels`."""
    return [kind for kind, level in levels_of(session, recipient_id).items() if level in levels]


def _stop(session: Session, recipient: Recipient, levels: set[Level], now: datetime) -> None:
    stopped = dict.fromkeys(mailed_kinds(session, recipient.id, levels), Level.NONE)
    choose(session, recipient, stopped, now)
