"""Actions: who answers for one, how it moves on, and when a measure of it is late.

    draft → planned → under_way → done
      └────────┴──────────┴→ abandoned

A draft comes out of a workshop. It becomes an action when somebody answers for it and somebody else measures it.
"""

from __future__ import annotations

import unicodedata
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from libs.chassis.errors import Conflict, FieldError, Forbidden, Invalid, Sentence
from libs.chassis.messages import N_

LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 5000
LONGEST_NAME: Final = 200
MOST_PROPOSALS: Final = 50
MOST_MILESTONES: Final = 50
MOST_INDICATORS: Final = 20
MEASURED_FOR: Final = 24
"""Months from its first due date during which an indicator is measured."""
KINDS: Final = ("rural", "pavillonnaire", "petite_ville", "metropole")


class Status(StrEnum):
    """Where an action stands."""

    DRAFT = "draft"
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"
    ABANDONED = "abandoned"


MEASURED: Final = frozenset({Status.PLANNED, Status.UNDER_WAY, Status.DONE})
"""Neither drafts nor what was abandoned; what is done goes on being measured."""


class RecordedAs(StrEnum):
    """In whose place a measure was written down."""

    MEASURER = "measurer"
    COORDINATOR = "coordinator"


_NEXT: Final = {
    Status.DRAFT: {Status.ABANDONED},
    Status.PLANNED: {Status.UNDER_WAY, Status.ABANDONED},
    Status.UNDER_WAY: {Status.DONE, Status.ABANDONED},
    Status.DONE: set[Status](),
    Status.ABANDONED: set[Status](),
}


def check_moves(status: Status, wanted: Status) -> None:
    """Raise `Conflict` unless an action may go from `status` to `wanted`."""
    if wanted not in _NEXT[status]:
        raise Conflict(
            "action.status", N_("An action cannot go from “{was}” to “{wanted}”."), was=status, wanted=wanted
        )


def check_adoptable(status: Status) -> None:
    """Raise `Conflict` unless the action is a draft."""
    if status is not Status.DRAFT:
        raise Conflict("action.adopted", N_("Somebody answers for this action already."))


def check_bodies(owner: str, measurer: str) -> None:
    """Raise `Invalid` where a body would measure its own action: case, accents and spaces make no other body."""
    if _plain(owner) == _plain(measurer):
        sentence = Sentence(N_("An action is measured by another body than the one that carries it out."))
        raise Invalid("action.measurer", sentence.message, errors=(FieldError("measurer", sentence),))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def check_room(count: int, most: int) -> None:
    """Raise `Conflict` where an action has `most` things of a sort already."""
    if count >= most:
        raise Conflict("action.full", N_("An action has {most} of these at most."), most=most)


def recorder(*, measurer: bool, named: bool, coordinator: bool) -> RecordedAs:
    """In whose place the caller measures. `named`: an account was named to measure, and then only that one does.

    Raises `Forbidden`.
    """
    if measurer:
        return RecordedAs.MEASURER
    if coordinator and not named:
        return RecordedAs.COORDINATOR
    raise Forbidden("measure.not_measurer", N_("Only the measurer of this action measures it."))


def may_measure(*, measurer: bool, named: bool, coordinator: bool, status: Status) -> bool:
    """Whether the caller would be let measure an action of that status; the arguments are those of `recorder`."""
    return status in MEASURED and (measurer or (coordinator and not named))


def check_measurable(status: Status) -> None:
    """Raise `Conflict` on a draft, and on an action that was abandoned."""
    if status not in MEASURED:
        raise Conflict("measure.status", N_("An action “{was}” is not measured."), was=status)


def check_measured_on(measured_on: date, today: date) -> None:
    """Raise `Invalid` on a measure of a day to come."""
    if measured_on > today:
        raise _invalid("measured_on", N_("A measure is of today or of a day past."))


def check_reason(corrects: bool, reason: str | None) -> None:
    """Raise `Invalid` unless a correction, and nothing else, says why."""
    if corrects and reason is None:
        raise _invalid("reason", N_("A correction says why."))
    if not corrects and reason is not None:
        raise _invalid("reason", N_("Only a correction has a reason."))


def check_stands(corrected: bool) -> None:
    """Raise `Conflict` on a second correction of one measure: the correction is what to correct."""
    if corrected:
        raise Conflict("measure.corrected", N_("This measure was corrected already: correct the correction."))


def check_first(dates: Sequence[date], measured_on: date) -> None:
    """Raise `Conflict` where a measure of that day stands already, among `dates`."""
    if measured_on in dates:
        raise Conflict("measure.again", N_("There is a measure of that day: correct it, saying why."))


def months_after(day: date, months: int) -> date:
    """The same day of the month, `months` later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_due(first_due: date, every: int, measured: Sequence[date]) -> date | None:
    """The day by which the next measure is due: `every` months after the latest, the first on `first_due`.

    None when that is after the time for which indicators are measured.
    """
    due = max(first_due, months_after(max(measured), every)) if measured else first_due
    return due if due <= months_after(first_due, MEASURED_FOR) else None


def is_late(due: date | None, status: Status, today: date) -> bool:
    """Whether something due on `due` is late today, for an action of that status."""
    return due is not None and today > due and status not in (Status.DRAFT, Status.ABANDONED)


def _invalid(field: str, message: str) -> Invalid:
    return Invalid("measure.invalid", message, errors=(FieldError(field, Sentence(message)),))
