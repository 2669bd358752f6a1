"""Who moderates what, and who of them is still to be told that proposals wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, literal, or_, select
from sqlalchemy.orm import Session

from services.notifications.follows.models import Topic
from services.notifications.follows.rules import TopicKind
from services.notifications.inbox.models import Notice
from services.notifications.people.models import Recipient
from services.notifications.roles.models import Moderation

WAITING = "moderation.waiting"
"""The kind of the notice that proposals wait."""


def moderators_untold(session: Session, scopes: Sequence[str], path: str, since: datetime) -> Sequence[UUID]:
    """Who moderates within any of `scopes` and can be written to, but whom no notice tells that proposals wait there.

    One does that they have not read yet, or that was made after `since`. `path` is the desk of the consultation.
    """
    # Written into the statement, so that PostgreSQL sees that its index of these notices serves.
    told = exists().where(
        Notice.kind == literal(WAITING, literal_execute=True),
        Notice.path == path,
        Notice.recipient_id == Recipient.id,
        or_(Notice.read_at.is_(None), Notice.created_at >= since),
    )
    moderating = select(Moderation.person_id).where(Moderation.scope.in_(scopes), Moderation.holds)
    reached = (Recipient.account, Recipient.email.is_not(None), Recipient.id.in_(moderating))
    return session.scalars(select(Recipient.id).where(*reached, ~told).order_by(Recipient.id)).all()


def slug_of(session: Session, consultation_id: UUID) -> str | None:
    """The short name of a consultation, if its opening was heard of."""
    topic = session.get(Topic, (TopicKind.CONSULTATION.value, str(consultation_id)))
    return topic.slug if topic else None
