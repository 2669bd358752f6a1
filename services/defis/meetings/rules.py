"""Meetings: when one may be changed, who gets a place, what its report needs.

    scheduled → held (reported) | cancelled

Places go in the order in which people asked. Whoever finds none waits, and moves up by themselves, the one who asked
first before all, as soon as somebody withdraws or the room grows. A room never shrinks under those who have a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from libs.chassis.errors import Conflict, FieldError, Invalid, Sentence
from libs.chassis.messages import N_

LONGEST_TITLE: Final = 160
LONGEST_TEXT: Final = 4000
LONGEST_MINUTES: Final = 20_000
LONGEST_PLACE: Final = 300
LARGEST: Final = 10_000
MOST_ACCESSIBILITY: Final = 10
LONGEST: Final = timedelta(days=3)
REMIND_BEFORE: Final = timedelta(hours=24)
MOST_PER_DAY: Final = 30
DAY: Final = timedelta(days=1)


class Kind(StrEnum):
    """What a meeting is for. Only a debate counts for the gate to Cré'action."""

    DEBATE = "debate"
    GATHERING = "gathering"
    WORKING_SESSION = "working_session"
    PRESENTATION = "presentation"


class State(StrEnum):
    """What became of it."""

    SCHEDULED = "scheduled"
    HELD = "held"
    CANCELLED = "cancelled"


class Place(StrEnum):
    """What somebody who wants to come has got."""

    REGISTERED = "registered"
    WAITING = "waiting"


class Accessibility(StrEnum):
    """What makes a meeting one that people can come to."""

    STEP_FREE = "step_free"
    HEARING_LOOP = "hearing_loop"
    SIGN_LANGUAGE = "sign_language"
    LARGE_PRINT = "large_print"
    PUBLIC_TRANSPORT = "public_transport"
    CHILDCARE = "childcare"
    QUIET_ROOM = "quiet_room"
    ONLINE_CAPTIONS = "online_captions"


def place_for(registered: int, waiting: int, capacity: int | None) -> Place:
    """What the next who asks gets. Nobody passes those who wait, even where a place is free for an instant."""
    if capacity is None or (registered < capacity and waiting == 0):
        return Place.REGISTERED
    return Place.WAITING


def promotions(registered: int, waiting: int, capacity: int | None) -> int:
    """How many of those who wait get a place now."""
    return waiting if capacity is None else max(0, min(waiting, capacity - registered))


def check_dates(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raise `Invalid` on a meeting that ends before it begins, is past, or goes on for more than three days."""
    if starts_at <= now:
        raise _invalid("starts_at", N_("A meeting is announced before it begins."))
    if ends_at <= starts_at:
        raise _invalid("ends_at", N_("It must end after it begins."))
    if ends_at - starts_at > LONGEST:
        raise _invalid("ends_at", N_("A meeting lasts three days at most."))


def check_somewhere(place: str | None, online_url: str | None) -> None:
    """Raise `Invalid` on a meeting that is nowhere."""
    if not place and not online_url:
        raise _invalid("place", N_("Say where: a place, an online address, or both."))


def check_capacity(capacity: int | None, registered: int) -> None:
    """Raise `Conflict` when the room would be too small for those who have a place already."""
    if capacity is not None and capacity < registered:
        raise Conflict(
            "meeting.capacity",
            N_("Places taken already: {registered}. The room cannot be smaller than that."),
            errors=(FieldError("capacity", Sentence(N_("Must be at least {least}."), least=registered)),),
            registered=registered,
        )


def check_scheduled(state: State) -> None:
    """Raise `Conflict` on a meeting that was held or cancelled."""
    if state is not State.SCHEDULED:
        raise Conflict(f"meeting.{state}", _NOT_NOW[state])


def check_takes_people(state: State, ends_at: datetime, now: datetime) -> None:
    """Raise `Conflict` when nobody can come any more."""
    check_scheduled(state)
    if now >= ends_at:
        raise Conflict("meeting.over", N_("This meeting is over."))


def check_reportable(state: State, starts_at: datetime, now: datetime) -> None:
    """Raise `Conflict` on the report of what has not begun, or was cancelled. A report may be corrected."""
    if state is State.CANCELLED:
        raise Conflict(f"meeting.{state}", _NOT_NOW[state])
    if now < starts_at:
        raise Conflict("meeting.to_come", N_("This meeting has not begun: it cannot be reported yet."))


def is_told(changed: Sequence[str]) -> bool:
    """Whether a change of these fields is one that those who come must hear of."""
    return not {"starts_at", "ends_at", "place", "online_url"}.isdisjoint(changed)


_NOT_NOW: Final[dict[State, str]] = {
    State.HELD: N_("This meeting was held."),
    State.CANCELLED: N_("This meeting was cancelled."),
}


def _invalid(field: str, message: str, **places: Any) -> Invalid:
    return Invalid(
        "meeting.invalid",
        N_("This meeting does not hold together."),
        errors=(FieldError(field, Sentence(message, **places)),),
    )
