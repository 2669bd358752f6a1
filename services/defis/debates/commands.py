"""Giving arguments and removing them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.ids import uuid7
from libs.chassis.limits import count_against_limit
from libs.chassis.messages import N_
from libs.chassis.tokens import Principal
from services.defis.base import rows_changed
from services.defis.challenges.rules import State as DefiState
from services.defis.challenges.rules import check_running
from services.defis.debates.models import Argument
from services.defis.debates.rules import HOUR, MOST_PER_HOUR, Side, check_debated, check_may_remove
from services.defis.meetings.queries import get_meeting
from services.defis.meetings.rules import Kind as MeetingKind
from services.defis.meetings.rules import State as MeetingState
from services.defis.timeline.commands import keep
from services.defis.timeline.rules import Kind
from services.defis.visibility import find_defi


def argue(
    session: Session,
    defi_id: UUID,
    meeting_id: UUID,
    caller: Principal,
    *,
    side: Side,
    text: str,
    now: datetime,
) -> Argument:
    """Give an argument in a debate, held or to be held, until it is reported.

    Raises `NotFound`, `Conflict` when there is nothing to debate (any more), `TooMany` beyond twenty an hour.
    """
    defi, _ = find_defi(session, defi_id, caller, lock=True)
    check_running(DefiState(defi.state))
    meeting = get_meeting(session, defi, meeting_id)
    check_debated(MeetingKind(meeting.kind), MeetingState(meeting.state))
    count_against_limit(session, "arguments", str(caller.subject), most=MOST_PER_HOUR, per=HOUR, now=now)
    argument = Argument(
        id=uuid7(), meeting_id=meeting.id, side=side, text=text, author=caller.subject, written_at=now
    )
    session.add(argument)
    session.flush()
    return argument


def remove(
    session: Session,
    defi_id: UUID,
    meeting_id: UUID,
    argument_id: UUID,
    caller: Principal,
    now: datetime,
) -> None:
    """Remove an argument: one's own, or as the core group or the EBV, which is kept. Raises `NotFound`, `Forbidden`."""
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    meeting = get_meeting(session, defi, meeting_id)
    argument = session.scalar(
        select(Argument).where(Argument.id == argument_id, Argument.meeting_id == meeting.id)
    )
    if argument is None:
        raise NotFound("argument.unknown", N_("This debate has no such argument."))
    own = argument.author == caller.subject
    check_may_remove(standing, own=own)
    session.delete(argument)
    keep(session, defi, Kind.ARGUMENT_REMOVED, standing, now, meeting=str(meeting.id), own=own)


def forget_arguments(session: Session, subject: UUID) -> int:
    """Remove every argument of somebody who is erased. Returns how many there were."""
    return rows_changed(session, delete(Argument).where(Argument.author == subject))
