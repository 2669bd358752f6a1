"""Arguments for and against, in a debate that is open to them."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from libs.chassis.errors import Conflict, Forbidden
from libs.chassis.messages import N_
from services.defis.meetings.rules import Kind, State
from services.defis.standing import Standing

LONGEST_ARGUMENT: Final = 600
MOST_PER_HOUR: Final = 20
HOUR: Final = timedelta(hours=1)


class Side(StrEnum):
    """Which way an argument goes."""

    FOR = "for"
    AGAINST = "against"


def check_debated(kind: Kind, state: State) -> None:
    """Raise `Conflict` unless the meeting is a debate that is not closed: its report ends it."""
    if kind is not Kind.DEBATE:
        raise Conflict("debate.none", N_("This meeting is not a debate."))
    if state is State.HELD:
        raise Conflict("debate.closed", N_("This debate was reported: it takes no more arguments."))
    if state is State.CANCELLED:
        raise Conflict("debate.cancelled", N_("This debate was cancelled."))


def check_may_remove(standing: Standing, *, own: bool) -> None:
    """Raise `Forbidden` unless they wrote it, are of the core group, or accompany the défi."""
    if not (own or standing.in_core or standing.accompanies):
        raise Forbidden("argument.not_own", N_("Only its author, the core group or the EBV can remove this."))
