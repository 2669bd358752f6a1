"""Workshops: when one takes people, who gets a place, when it can be reported.

    scheduled → held (reported) | cancelled

Places go in the order in which people asked. Whoever finds none waits, and moves up by themselves, the one who asked
first before all, as soon as somebody withdraws or the room grows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from libs.chassis.errors import Conflict, FieldError, Invalid, Sentence
from libs.chassis.messages import N_

LONGEST_TITLE: Final = 200
LONGEST_AGENDA: Final = 5000
LONGEST_MINUTES: Final = 20_000
LONGEST_PLACE: Final = 300
LONGEST_NAME: Final = 200
LARGEST: Final = 10_000
MOST_PROPOSALS: Final = 50
MOST_DRAFTS: Final = 20
LONGEST: Final = timedelta(days=3)
PLACES_KEPT: Final = timedelta(days=30)
"""How long after its end it is still known who wanted to come."""


class State(StrEnum):
    """What became of a workshop."""

    SCHEDULED = "scheduled"
    HELD = "held"
    CANCELLED = "cancelled"


class Place(StrEnum):
    """What somebody who wants to come has got."""

    REGISTERED = "registered"
    WAITING = "waiting"


def place_for(registered: int, waiting: int, capacity: int | None) -> Place:
    """What the next who asks gets. Nobody passes those who wait, even where a place is free for an instant."""
    if capacity is None or (registered < capacity and waiting == 0):
        return Place.REGISTERED
    return Place.WAITING


def promotions(registered: int, waiting: int, capacity: int | None) -> int:
    """How many of those who wait get a place now."""
    return waiting if capacity is None else max(0, min(waiting, capacity - registered))


def check_dates(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raise `Invalid` on a workshop that is past, ends before it begins, or goes on for more than three days."""
    if starts_at <= now:
        raise _invalid("starts_at", N_("A workshop is convened before it begins."))
    if ends_at <= starts_at:
        raise _invalid("ends_at", N_("It must end after it begins."))
    if ends_at - starts_at > LONGEST:
        raise _invalid("ends_at", N_("A workshop lasts three days at most."))


def check_somewhere(place: str | None, online_url: str | None) -> None:
    """Raise `Invalid` on a workshop that is nowhere."""
    if not place and not online_url:
        raise _invalid("place", N_("Say where: a place, an online address, or both."))


def check_scheduled(state: State) -> None:
    """Raise `Conflict` on a workshop that was held or cancelled."""
    if state is not State.SCHEDULED:
        raise Conflict(f"workshop.{state}", _NOT_NOW[state])


def check_takes_people(state: State, ends_at: datetime, now: datetime) -> None:
    """Raise `Conflict` when nobody can come, or stay away, any more."""
    check_scheduled(state)
    if now >= ends_at:
        raise Conflict("workshop.over", N_("This workshop is over."))


def check_capacity(capacity: int | None, registered: int) -> None:
    """Raise `Conflict` when the room would be too small for those who have a place already."""
    if capacity is not None and capacity < registered:
        raise Conflict(
            "workshop.capacity",
            N_("Places taken already: {registered}. The room cannot be smaller than that."),
            registered=registered,
        )


def check_reportable(state: State, starts_at: datetime, now: datetime) -> None:
    """Raise `Conflict` on the report of what has not begun, was cancelled, or is reported already."""
    check_scheduled(state)
    if now < starts_at:
        raise Conflict("workshop.to_come", N_("This workshop has not begun: it cannot be reported yet."))


def check_origins(drafts: Sequence[Collection[UUID]], convened_on: Collection[UUID]) -> None:
    """Raise `Invalid` unless each draft comes from at least one of the proposals the workshop was convened on."""
    for rank, proposals in enumerate(drafts):
        if not proposals or not set(proposals) <= set(convened_on):
            raise _invalid(
                f"drafts.{rank}.proposals",
                N_("A draft comes from proposals that the workshop was convened on."),
            )


_NOT_NOW: Final = {
    State.HELD: N_("This workshop was held."),
    State.CANCELLED: N_("This workshop was cancelled."),
}


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(
        "workshop.invalid",
        N_("This workshop does not hold together."),
        errors=(FieldError(field, Sentence(message)),),
    )
