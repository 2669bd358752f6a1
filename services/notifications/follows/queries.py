"""What is followed, by whom, and where it is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, aliased

from services.notifications.follows.models import Follow, Topic
from services.notifications.follows.rules import FEWEST_TOLD, Reference, TopicKind, page_of


@dataclass(frozen=True, slots=True)
class FollowView:
    """Something that somebody follows."""

    id: UUID
    topic: str
    path: str
    since: datetime


_PARENT = aliased(Topic)
_FOLLOWED = (
    select(Follow, Topic, _PARENT)
    .outerjoin(Topic, (Topic.kind == Follow.kind) & (Topic.key == Follow.key))
    .outerjoin(_PARENT, (_PARENT.kind == TopicKind.CONSULTATION.value) & (_PARENT.key == Topic.parent_key))
)


def is_known(session: Session, reference: Reference) -> bool:
    """Whether it can be followed: any commune or consultation (also before it opens), a public défi or proposal."""
    if reference.kind in (TopicKind.COMMUNE, TopicKind.CONSULTATION):
        return True
    return session.get(Topic, (reference.kind.value, reference.key)) is not None


def path_of(session: Session, reference: Reference) -> str:
    """Where on the site it is seen."""
    topic = session.get(Topic, (reference.kind.value, reference.key))
    parent = topic and session.get(Topic, (TopicKind.CONSULTATION.value, topic.parent_key))
    return _page(reference, topic, parent)


def follows_of(session: Session, recipient_id: UUID) -> list[FollowView]:
    """What somebody follows, the newest first."""
    rows = session.execute(
        _FOLLOWED.where(Follow.recipient_id == recipient_id).order_by(Follow.created_at.desc(), Follow.id)
    )
    return [_view(*row) for row in rows]


def view(session: Session, follow: Follow) -> FollowView:
    """One follow, as it is shown."""
    return _view(*session.execute(_FOLLOWED.where(Follow.id == follow.id)).one())


def _view(follow: Follow, topic: Topic | None, parent: Topic | None) -> FollowView:
    reference = Reference(TopicKind(follow.kind), follow.key)
    return FollowView(follow.id, str(reference), _page(reference, topic, parent), follow.created_at)


def _page(reference: Reference, topic: Topic | None, parent: Topic | None) -> str:
    """`parent` is the consultation of a proposal."""
    if topic is None:
        return page_of(reference)
    slug = parent.slug if parent and reference.kind is TopicKind.PROPOSAL else topic.slug
    return page_of(reference, owner=topic.owner, slug=slug)


def count_follows(session: Session, recipient_id: UUID) -> int:
    """How many things somebody follows."""
    own = select(func.count()).select_from(Follow).where(Follow.recipient_id == recipient_id)
    return session.scalars(own).one()


def count_followers(session: Session, reference: Reference) -> int | None:
    """How many people and addresses follow it; None where they are too few to tell."""
    whoever = select(func.count()).where(Follow.kind == reference.kind.value, Follow.key == reference.key)
    found = session.scalars(whoever).one()
    return found if found >= FEWEST_TOLD else None


def followers_of(session: Session, references: Sequence[Reference]) -> dict[UUID, UUID]:
    """Whoever follows any of `references`, with the follow they are told by: that of the first they follow."""
    keys = [(reference.kind.value, reference.key) for reference in references]
    rank = {key: place for place, key in enumerate(keys)}
    rows = session.execute(
        select(Follow.recipient_id, Follow.id, Follow.kind, Follow.key).where(
            tuple_(Follow.kind, Follow.key).in_(keys)
        )
    ).all()
    # The first reference is written last, over the others.
    ordered = sorted(rows, key=lambda row: rank[row.kind, row.key], reverse=True)
    return {row.recipient_id: row.id for row in ordered}


def proposals_of(session: Session, consultation_id: UUID) -> list[Reference]:
    """The proposals of a consultation that somebody follows."""
    followed = (
        select(Topic.key)
        .join(Follow, (Follow.kind == Topic.kind) & (Follow.key == Topic.key))
        .where(Topic.kind == TopicKind.PROPOSAL.value, Topic.parent_key == str(consultation_id))
        .distinct()
    )
    return [Reference(TopicKind.PROPOSAL, key) for key in session.scalars(followed)]
