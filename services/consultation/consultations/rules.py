"""When a consultation takes part, and what must be settled before it may.

Nothing is accepted before it opens or after it closes, to the second: it is open from `opens_at` on, and no longer at
`closes_at`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from libs.chassis.errors import Conflict, FieldError, Invalid, Sentence
from libs.chassis.messages import N_


class Status(StrEnum):
    """Where a consultation stands in time."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"


class Dated(Protocol):
    """What a status is computed from."""

    @property
    def opens_at(self) -> datetime:
        """The first instant at which it takes part."""

    @property
    def closes_at(self) -> datetime:
        """The first instant at which it no longer does."""

    @property
    def archived_at(self) -> datetime | None:
        """Since when it is only there to be read."""


def status(opens_at: datetime, closes_at: datetime, now: datetime) -> Status:
    """The status at `now`."""
    if now < opens_at:
        return Status.UPCOMING
    return Status.OPEN if now < closes_at else Status.CLOSED


def refuse_unless_open(consultation: Dated, now: datetime) -> None:
    """Raise the `Conflict` that says why nothing is taken at `now`: archived, not open yet, or closed."""
    if consultation.archived_at is not None:
        raise Conflict("consultation.archived", N_("This consultation is archived: it can only be read."))
    found = status(consultation.opens_at, consultation.closes_at, now)
    if found is Status.UPCOMING:
        raise Conflict(
            "consultation.not_open_yet",
            N_("This consultation is not open yet. It opens on {opens_at}."),
            opens_at=readable(consultation.opens_at),
        )
    if found is Status.CLOSED:
        raise Conflict(
            "consultation.closed",
            N_("This consultation has been closed since {closes_at}."),
            closes_at=readable(consultation.closes_at),
        )


def readable(instant: datetime) -> str:
    """An instant inside a sentence of any language: the date and the time to the second, in UTC."""
    return instant.strftime("%Y-%m-%d %H:%M:%S UTC")


def check_dates(opens_at: datetime, closes_at: datetime) -> None:
    """Raise `Invalid` unless something can happen between the two instants."""
    if closes_at <= opens_at:
        sentence = Sentence(N_("This must come after the opening."))
        raise Invalid(
            "consultation.dates",
            N_("The dates do not fit together."),
            errors=[FieldError("closes_at", sentence)],
        )


def check_proposal_length(shortest: int, longest: int) -> None:
    """Raise `Invalid` unless a proposal can have a length between the two."""
    if not 1 <= shortest <= longest:
        sentence = Sentence(N_("The longest proposal cannot be shorter than the shortest."))
        raise Invalid(
            "consultation.proposal_length",
            N_("The lengths of a proposal do not fit together."),
            errors=[FieldError("proposal_length.max", sentence)],
        )


def check_governance(governance: Mapping[str, Any] | None, closes_at: datetime) -> None:
    """Raise `Invalid`, naming what is missing, unless it is settled who answers for the personal data.

    `governance` holds `controllers` (the joint controllers, at least one), `dpo`, `impact_assessment` (the reference
    of the assessment), `minimum_age` in years, `votes_kept_until` and `contacts_kept_until` (ISO 8601 dates, after
    the consultation closes). Votes are political opinions: no consultation opens without all of it.
    """
    errors = list(_lacks(governance or {}, closes_at.date()))
    if errors:
        raise Invalid(
            "consultation.governance",
            N_(
                "No consultation opens before it is settled who answers for the data, and until when it is kept."
            ),
            errors=errors,
        )


def _lacks(governance: Mapping[str, Any], closing_day: date) -> Iterator[FieldError]:
    for name in ("controllers", "dpo", "impact_assessment", "minimum_age"):
        if not governance.get(name):
            yield FieldError(f"governance.{name}", Sentence(N_("This must be settled before opening.")))
    for name in ("votes_kept_until", "contacts_kept_until"):
        until = governance.get(name)
        if not until:
            yield FieldError(f"governance.{name}", Sentence(N_("This must be settled before opening.")))
        elif date.fromisoformat(until) < closing_day:
            yield FieldError(f"governance.{name}", Sentence(N_("This must come after the closing.")))
