"""What is held of somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.notifications.email.models import Mailing
from services.notifications.follows.models import Follow
from services.notifications.follows.queries import FollowView, follows_of
from services.notifications.inbox.models import Notice
from services.notifications.people.models import Pairing, Recipient
from services.notifications.preferences.models import Preference
from services.notifications.roles.models import Moderation

_HELD = (
    Notice.recipient_id,
    Preference.recipient_id,
    Follow.recipient_id,
    Mailing.recipient_id,
    Moderation.person_id,
)
"""In each table, the column that says whose a row is."""


@dataclass(frozen=True, slots=True)
class Held:
    """Everything held of an account. `contact` is None where only choices were made, before an address was known."""

    contact: Recipient | None
    known_by: list[str]
    preferences: list[Preference]
    follows: list[FollowView]
    notices: list[Notice]
    mailed_at: list[datetime]
    moderations: list[Moderation]


def held_of(session: Session, person_id: UUID) -> Held:
    """What is held of an account, to read and take away."""
    own = Recipient.id == person_id
    return Held(
        contact=session.scalar(select(Recipient).where(own, Recipient.account)),
        known_by=list(session.scalars(select(Pairing.owner).where(Pairing.person_id == person_id))),
        preferences=list(
            session.scalars(
                select(Preference).where(Preference.recipient_id == person_id).order_by(Preference.kind)
            )
        ),
        follows=follows_of(session, person_id),
        notices=list(
            session.scalars(select(Notice).where(Notice.recipient_id == person_id).order_by(Notice.id))
        ),
        mailed_at=list(
            session.scalars(
                select(Mailing.queued_at).where(Mailing.recipient_id == person_id).order_by(Mailing.queued_at)
            )
        ),
        moderations=list(
            session.scalars(
                select(Moderation).where(Moderation.person_id == person_id).order_by(Moderation.scope)
            )
        ),
    )


def count_held(session: Session, person_id: UUID) -> dict[str, int]:
    """How many of what is held of an account."""
    return {
        f"{whose.class_.__tablename__}s": session.scalars(
            select(func.count()).where(whose == person_id)
        ).one()
        for whose in _HELD
    }
