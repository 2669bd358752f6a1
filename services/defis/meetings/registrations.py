"""Who comes to a meeting. One at a time: whoever asks waits for the one before to have been given a place or none."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from libs.chassis.ids import uuid7
from libs.chassis.tokens import Principal
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import State as DefiState
from services.defis.challenges.rules import check_running
from services.defis.meetings.models import Meeting, Registration
from services.defis.meetings.queries import count_places, get_meeting
from services.defis.meetings.rules import Place, State, check_takes_people, place_for, promotions
from services.defis.notices import Notice, notify
from services.defis.visibility import find_defi


def register(
    session: Session, defi_id: UUID, meeting_id: UUID, caller: Principal, name: str | None, now: datetime
) -> Registration:
    """Give the caller a place, or the next one on the waiting list; asked again, the same one.

    Raises `NotFound`, or `Conflict` when the meeting takes nobody any more or its défi is not published.
    """
    defi, _ = find_defi(session, defi_id, caller)
    check_running(DefiState(defi.state))
    meeting = get_meeting(session, defi, meeting_id, lock=True)
    check_takes_people(State(meeting.state), meeting.ends_at, now)
    registration = session.get(Registration, (meeting.id, caller.subject))
    if registration is None:
        places = count_places(session, meeting.id)
        place = place_for(places[Place.REGISTERED], places[Place.WAITING], meeting.capacity)
        registration = Registration(
            meeting_id=meeting.id, subject=caller.subject, id=uuid7(), state=place, asked_at=now
        )
        session.add(registration)
    registration.name = name
    return registration


def withdraw(session: Session, defi_id: UUID, meeting_id: UUID, caller: Principal, now: datetime) -> None:
    """Free the caller's place; the first who waits gets it, and is told. Nothing happens to who had none.

    Raises `NotFound`, or `Conflict` once the meeting was held, when who came is no longer changed.
    """
    defi, _ = find_defi(session, defi_id, caller)
    meeting = get_meeting(session, defi, meeting_id, lock=True)
    check_takes_people(State(meeting.state), meeting.ends_at, now)
    session.execute(
        delete(Registration).where(
            Registration.meeting_id == meeting.id, Registration.subject == caller.subject
        )
    )
    promoted = promote(session, meeting, now)
    notify(session, promoted, Notice.MEETING_PLACE_FREED, defi, **facts_of(meeting))


def promote(session: Session, meeting: Meeting, now: datetime) -> list[UUID]:
    """Give free places to those who wait, in the order they asked. Returns who got one.

    The caller holds the meeting's row.
    """
    session.flush()
    places = count_places(session, meeting.id)
    free = promotions(places[Place.REGISTERED], places[Place.WAITING], meeting.capacity)
    if not free:
        return []
    waiting = (
        select(Registration)
        .where(Registration.meeting_id == meeting.id, Registration.state == Place.WAITING)
        .order_by(Registration.asked_at, Registration.id)
        .limit(free)
    )
    promoted = session.scalars(waiting).all()
    for registration in promoted:
        registration.state, registration.promoted_at = Place.REGISTERED, now
    session.flush()
    return [registration.subject for registration in promoted]


def facts_of(meeting: Meeting) -> dict[str, Any]:
    """What a notice says of a meeting."""
    return {"meeting": str(meeting.id), "kind": meeting.kind, "starts_at": meeting.starts_at.isoformat()}


def forget_places(session: Session, subject: UUID, now: datetime) -> int:
    """Give back the places of somebody who is erased; who waits moves up and is told. Returns how many they were."""
    wanted = select(Registration.meeting_id).where(Registration.subject == subject)
    meetings = session.execute(
        select(Meeting, Defi)
        .join(Defi, Defi.id == Meeting.defi_id)
        .where(Meeting.id.in_(wanted))
        .order_by(Meeting.id)
        .with_for_update(of=Meeting)
    ).all()
    for meeting, defi in meetings:
        place = Registration.subject == subject
        session.execute(delete(Registration).where(Registration.meeting_id == meeting.id, place))
        if meeting.state == State.SCHEDULED and meeting.ends_at > now:
            promoted = promote(session, meeting, now)
            notify(session, promoted, Notice.MEETING_PLACE_FREED, defi, **facts_of(meeting))
    return len(meetings)
