"""What may be pledged, and what becomes of it.

    offered → accepted → fulfilled | lapsed | withdrawn
    offered → lapsed | withdrawn

Its giver withdraws it; the core group accepts it, says that it was fulfilled, or lets it lapse; the clock lets it lapse
after its last day. What ended stays ended: a new offer is a new pledge.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from libs.chassis.errors import Conflict, FieldError, Forbidden, Invalid, Sentence
from libs.chassis.messages import N_
from services.defis.standing import Standing

LONGEST_DESCRIPTION: Final = 500
MOST_CENTS: Final = 100_000_000
"""A million euros: more is no pledge but a slip of the finger, or a contract."""
MOST_HOURS: Final = 2_000
MOST_PER_HOUR: Final = 20
HOUR: Final = timedelta(hours=1)


class Kind(StrEnum):
    """What is given."""

    TIME = "time"
    SKILL = "skill"
    MATERIAL = "material"
    PLACE = "place"
    MONEY = "money"


class State(StrEnum):
    """What became of it."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    FULFILLED = "fulfilled"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """What somebody may decide about it."""

    ACCEPT = "accept"
    FULFIL = "fulfil"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"


STANDING: Final = (State.OFFERED, State.ACCEPTED, State.FULFILLED)
"""A pledge in one of these commits its giver; one that lapsed or was withdrawn no longer does."""

OPEN: Final = (State.OFFERED, State.ACCEPTED)

TRANSITIONS: Final[Mapping[tuple[State, Decision], State]] = {
    (State.OFFERED, Decision.ACCEPT): State.ACCEPTED,
    (State.OFFERED, Decision.LAPSE): State.LAPSED,
    (State.OFFERED, Decision.WITHDRAW): State.WITHDRAWN,
    (State.ACCEPTED, Decision.FULFIL): State.FULFILLED,
    (State.ACCEPTED, Decision.LAPSE): State.LAPSED,
    (State.ACCEPTED, Decision.WITHDRAW): State.WITHDRAWN,
}

_NOT_NOW: Final[Mapping[State, str]] = {
    State.OFFERED: N_("This pledge was not accepted yet."),
    State.ACCEPTED: N_("This pledge is accepted already."),
    State.FULFILLED: N_("This pledge was fulfilled."),
    State.LAPSED: N_("This pledge has lapsed."),
    State.WITHDRAWN: N_("This pledge was withdrawn."),
}


def after(state: State, decision: Decision) -> State:
    """The state that follows. Raises `Conflict` where that cannot be decided of such a pledge."""
    try:
        return TRANSITIONS[state, decision]
    except KeyError:
        raise Conflict(f"pledge.{state}", _NOT_NOW[state]) from None


def check_decider(decision: Decision, standing: Standing, *, own: bool) -> None:
    """Raise `Forbidden` unless that is theirs to decide: the giver's to withdraw, the core group's otherwise."""
    if decision is not Decision.WITHDRAW:
        standing.require_core()
    elif not own:
        raise Forbidden("pledge.not_own", N_("Only the person who offered this can withdraw it."))


def check_pledge(
    kind: Kind, *, amount_cents: int | None, hours: int | None, valid_until: date | None, today: date
) -> None:
    """Raise `Invalid` unless money, and only money, has an amount, only time has hours, and its last day is to come."""
    if kind is Kind.MONEY and amount_cents is None:
        raise _invalid("amount_cents", N_("Say how much, in cents."))
    if kind is not Kind.MONEY and amount_cents is not None:
        raise _invalid("amount_cents", N_("Only money has an amount."))
    if kind is not Kind.TIME and hours is not None:
        raise _invalid("hours", N_("Only time has hours."))
    if valid_until is not None and valid_until < today:
        raise _invalid("valid_until", N_("This day is past."))


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(
        "pledge.invalid",
        N_("This pledge does not hold together."),
        errors=(FieldError(field, Sentence(message)),),
    )
