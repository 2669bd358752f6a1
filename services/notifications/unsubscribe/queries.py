"""What an unsubscribe link stops, and whether it is stopped already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from services.notifications.follows.models import Follow
from services.notifications.follows.queries import FollowView, follows_of, view
from services.notifications.kinds.catalogue import KINDS, kind_of
from services.notifications.kinds.rules import Level
from services.notifications.people.models import Recipient
from services.notifications.preferences.queries import levels_of
from services.notifications.signatures import Signer
from services.notifications.unsubscribe.rules import USE, Link, What, decode


@dataclass(frozen=True, slots=True)
class State:
    """What a link stops. `headline` is that of a kind, in English; `follows` is what would not be followed any more."""

    what: What
    stopped: bool
    headline: str | None = None
    follows: tuple[FollowView, ...] = ()


def read_link(signer: Signer, token: str) -> Link:
    """What the token of a link says. Raises `NotFound` for one that was not made here."""
    link = decode(signer.read(USE, token))
    if link is None:
        raise NotFound("unsubscribe.link", N_("This link is not one of ours, or was cut short."))
    return link


def state_of(session: Session, link: Link) -> State:
    """What a link stops, and whether nothing of it is mailed any more."""
    recipient = session.get(Recipient, link.recipient_id)
    return State(link.scope.what, True) if recipient is None else _STATES[link.scope.what](session, link)


def _kind(session: Session, link: Link) -> State:
    kind = kind_of(link.scope.which)
    level = levels_of(session, link.recipient_id)[kind.code]
    return State(What.KIND, level is Level.NONE, headline=kind.headline)


def _levels(*stopped_without: Level) -> Callable[[Session, Link], State]:
    def state(session: Session, link: Link) -> State:
        levels = levels_of(session, link.recipient_id)
        return State(link.scope.what, not any(levels[code] in stopped_without for code in KINDS))

    return state


def _follow(session: Session, link: Link) -> State:
    found = session.get(Follow, UUID(link.scope.which))
    return State(What.FOLLOW, found is None, follows=(view(session, found),) if found else ())


def _follows(session: Session, link: Link) -> State:
    found = follows_of(session, link.recipient_id)
    return State(What.FOLLOWS, not found, follows=tuple(found))


_STATES: dict[What, Callable[[Session, Link], State]] = {
    What.KIND: _kind,
    What.DAILY: _levels(Level.DAILY),
    What.MAILS: _levels(Level.DAILY, Level.AT_ONCE),
    What.FOLLOW: _follow,
    What.FOLLOWS: _follows,
}
