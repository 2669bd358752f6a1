"""Keeping what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.chassis.ids import uuid4, uuid7
from services.defis.base import rows_changed
from services.defis.challenges.models import Defi
from services.defis.standing import Standing
from services.defis.timeline.models import Actor, Entry
from services.defis.timeline.rules import CLOCK, Kind


def keep(
    session: Session,
    defi: Defi,
    kind: Kind,
    standing: Standing | None,
    now: datetime,
    /,
    *,
    reason: str | None = None,
    **facts: Any,
) -> None:
    """Keep one change of `defi`, made by whoever `standing` is of; None for the clock.

    `facts` are codes, counts and ids in JSON types; what somebody wrote goes into `reason`, and nowhere else.
    """
    defi.changed_at = now
    subject = standing.subject if standing else None
    entry = Entry(
        id=uuid7(),
        defi_id=defi.id,
        at=now,
        kind=kind.value,
        actor=actor_of(session, subject) if subject else None,
        acted_as=standing.acts_as if standing else CLOCK,
        facts=facts,
        reason=reason,
    )
    session.add(entry)


def actor_of(session: Session, subject: UUID) -> UUID:
    """The random id under which `subject` acts here, made the first time."""
    made = insert(Actor).values(subject=subject, id=uuid4()).on_conflict_do_nothing().returning(Actor.id)
    return session.scalar(made) or session.scalars(select(Actor.id).where(Actor.subject == subject)).one()


def forget_actor(session: Session, subject: UUID) -> int:
    """Destroy what somebody who is erased wrote, and the one row that says which random id was theirs.

    Returns how many texts were destroyed.
    """
    actor = select(Actor.id).where(Actor.subject == subject).scalar_subquery()
    written = update(Entry).where(Entry.actor == actor, Entry.reason.is_not(None)).values(reason=None)
    destroyed = rows_changed(session, written)
    session.execute(delete(Actor).where(Actor.subject == subject))
    return destroyed
