"""Following, and ceasing to. An address without an account follows once its owner has confirmed it by mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.chassis.errors import Conflict, FieldError, Invalid, NotFound, Sentence
from libs.chassis.ids import uuid4, uuid7
from libs.chassis.limits import count_against_limit
from libs.chassis.mail import queue_mail
from libs.chassis.messages import N_
from services.notifications.email.commands import withdraw_follow
from services.notifications.follows.letters import compose_confirmation
from services.notifications.follows.models import Follow, FollowRequest, Topic
from services.notifications.follows.queries import count_follows, is_known, path_of
from services.notifications.follows.rules import (
    LINK_LIFETIME,
    LIVE_REQUESTS,
    MAILS_PER_DAY,
    MAILS_PER_HOUR,
    MOST_FOLLOWS,
    USE,
    Reference,
)
from services.notifications.people.commands import ensure_address
from services.notifications.people.models import Recipient
from services.notifications.people.rules import email_key
from services.notifications.post import Post

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody without an account wants to follow, and the address they typed."""

    email: str
    topic: Reference
    language: str


def ask_to_follow(session: Session, post: Post, asked: Asked, now: datetime) -> datetime:
    """Mail a confirmation link; returns when it expires. The same is done whether or not the address follows already.

    Raises `TooMany` for an address that was sent several already, `NotFound` for a thing that is not public.
    """
    key = email_key(asked.email)
    count_against_limit(session, "follow mail", key, most=MAILS_PER_HOUR, per=_HOUR, now=now)
    count_against_limit(session, "follow mail day", key, most=MAILS_PER_DAY, per=_DAY, now=now)
    _check_known(session, asked.topic)
    _forget_oldest(session, key, LIVE_REQUESTS - 1)
    request = FollowRequest(
        id=uuid4(),
        email=asked.email,
        email_key=key,
        language=asked.language,
        kind=asked.topic.kind.value,
        key=asked.topic.key,
        created_at=now,
        expires_at=now + LINK_LIFETIME,
    )
    session.add(request)
    session.flush()
    mail = compose_confirmation(request, post, path_of(session, asked.topic))
    queue_mail(session, mail, sender=post.sender, now=now)
    return request.expires_at


def confirm(session: Session, post: Post, token: str, now: datetime) -> Follow:
    """Follow what the link of a confirmation mail names. Raises `Invalid` for one used, expired or never made."""
    content = post.signer.read(USE, token)
    used = None
    if content is not None and len(content) == 16:
        used = session.scalars(
            delete(FollowRequest)
            .where(FollowRequest.id == UUID(bytes=content), FollowRequest.expires_at > now)
            .returning(FollowRequest)
        ).one_or_none()
    if used is None:
        message = N_("This link was used already or has expired. Ask for another.")
        raise Invalid("follow.link", message, errors=(FieldError("token", Sentence(message)),))
    recipient = ensure_address(session, used.email, used.language, now)
    return _follow(session, recipient, used.kind, used.key, now)


def follow(session: Session, recipient: Recipient, topic: Reference, now: datetime) -> Follow:
    """Follow with an account, whose address is confirmed; again changes nothing. The caller holds `recipient`.

    Raises `NotFound` for a thing that is not public, `Conflict` for one thing too many.
    """
    _check_known(session, topic)
    return _follow(session, recipient, topic.kind.value, topic.key, now)


def stop_following(session: Session, recipient: Recipient, follow_ids: Sequence[UUID] | None = None) -> int:
    """Cease to follow these, or everything; returns how many there were. The caller holds `recipient`.

    An address that follows nothing any more is forgotten.
    """
    own = select(Follow.id).where(Follow.recipient_id == recipient.id)
    if follow_ids is not None:
        own = own.where(Follow.id.in_(follow_ids))
    stopped = session.scalars(own).all()
    withdraw_follow(session, recipient.id, stopped)
    session.execute(delete(Follow).where(Follow.id.in_(stopped)))
    if not recipient.account and not count_follows(session, recipient.id):
        session.delete(recipient)
        session.flush()
    return len(stopped)


def keep_topic(
    session: Session, topic: Reference, owner: str, *, slug: str | None = None, parent_key: str | None = None
) -> None:
    """Know of a public thing that can be followed."""
    known = {"owner": owner, "slug": slug, "parent_key": parent_key}
    session.execute(
        insert(Topic)
        .values(kind=topic.kind.value, key=topic.key, **known)
        .on_conflict_do_update(index_elements=[Topic.kind, Topic.key], set_=known)
    )


def forget_requests(session: Session, key: str) -> None:
    """Remove the unconfirmed requests of an address."""
    session.execute(delete(FollowRequest).where(FollowRequest.email_key == key))


def forget_expired(session: Session, now: datetime) -> None:
    """Scheduled job: remove the requests that nobody confirmed in time."""
    session.execute(delete(FollowRequest).where(FollowRequest.expires_at <= now))


def _follow(session: Session, recipient: Recipient, kind: str, key: str, now: datetime) -> Follow:
    same = select(Follow).where(Follow.recipient_id == recipient.id, Follow.kind == kind, Follow.key == key)
    known = session.scalar(same)
    if known is not None:
        return known
    if count_follows(session, recipient.id) >= MOST_FOLLOWS:
        raise Conflict(
            "follow.too_many", N_("You follow {most} things already, which is the most."), most=MOST_FOLLOWS
        )
    made = Follow(id=uuid7(), recipient_id=recipient.id, kind=kind, key=key, created_at=now)
    session.add(made)
    session.flush()
    return made


def _check_known(session: Session, topic: Reference) -> None:
    if not is_known(session, topic):
        raise NotFound("topic.unknown", N_("There is nothing public there to follow."))


def _forget_oldest(session: Session, key: str, keep: int) -> None:
    older = (
        select(FollowRequest.id)
        .where(FollowRequest.email_key == key)
        .order_by(FollowRequest.created_at.desc(), FollowRequest.id)
        .offset(keep)
    )
    session.execute(delete(FollowRequest).where(FollowRequest.id.in_(older)))
