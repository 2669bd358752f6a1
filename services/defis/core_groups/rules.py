"""Joining a défi and leaving it.

    (nobody) → requested → active | declined
    (invited) → active
    active → left, and whoever left or was declined may ask again

The core group answers requests; everyone is told either way. The porteur hands the défi over before leaving it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from libs.chassis.errors import Conflict
from libs.chassis.messages import N_
from services.defis.standing import Role, Standing

MOST_REQUESTS_PER_HOUR: Final = 20
MOST_INVITATIONS_PER_DAY: Final = 50
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
SECRET_BYTES: Final = 24
LONGEST_SECRET: Final = 64


class State(StrEnum):
    """Where a membership is."""

    REQUESTED = "requested"
    ACTIVE = "active"
    DECLINED = "declined"
    LEFT = "left"


class Answer(StrEnum):
    """What is said to a request or to an invitation."""

    ACCEPT = "accept"
    DECLINE = "decline"


def check_may_ask(state: State | None) -> None:
    """Raise `Conflict` for who is in it already, or waits for an answer."""
    if state is State.ACTIVE:
        raise Conflict("membership.active", N_("You are a member of this défi already."))
    if state is State.REQUESTED:
        raise Conflict("membership.requested", N_("You asked to join already: the core group will answer."))


def check_answerable(state: State) -> None:
    """Raise `Conflict` unless the request still waits."""
    if state is not State.REQUESTED:
        raise Conflict("membership.answered", N_("This request was answered already."))


def check_may_leave(standing: Standing) -> None:
    """Raise `Conflict` for the porteur, without whom the défi would be nobody's."""
    if standing.carries:
        raise Conflict("membership.porteur", N_("Hand the défi over to another member before you leave it."))


def check_invitation(answer: str | None, expires_at: datetime, now: datetime) -> None:
    """Raise `Conflict` when it was answered already, or too late."""
    if answer is not None:
        raise Conflict("invitation.answered", N_("This invitation was answered already."))
    if now >= expires_at:
        raise Conflict("invitation.expired", N_("This invitation has expired: ask for a new one."))


def check_role_change(current: Role, role: Role) -> None:
    """Raise `Conflict` when nothing would change, or when the porteur would only step down."""
    if current is role:
        raise Conflict("membership.same_role", N_("This member has that role already."))
    if current is Role.PORTEUR:
        raise Conflict("membership.porteur", N_("Hand the défi over to another member before you leave it."))
