"""Convening workshops, giving places in them, and saying what came out.

Whoever asks for a place holds the workshop's row, so that one waits for the other: no place is given twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from libs.chassis.ids import uuid7
from libs.chassis.outbox import record
from libs.contracts.notices import ConsultationNotice
from services.consultation.actions.commands import create_action
from services.consultation.actions.queries import accepted_of_cause
from services.consultation.base import Localised
from services.consultation.workshops.models import Workshop, WorkshopAction, WorkshopPlace, WorkshopProposal
from services.consultation.workshops.queries import convened_on, count_places, get_workshop
from services.consultation.workshops.rules import (
    PLACES_KEPT,
    Place,
    State,
    check_capacity,
    check_dates,
    check_origins,
    check_reportable,
    check_scheduled,
    check_somewhere,
    check_takes_people,
    place_for,
    promotions,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorkshop:
    """A workshop to convene. `capacity` is None where there is room for everybody."""

    title: Localised
    agenda: Localised
    facilitator: str
    starts_at: datetime
    ends_at: datetime
    place: str | None
    online_url: str | None
    capacity: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An action as it came out of a workshop: nobody answers for it yet."""

    title: Localised
    description: Localised
    proposals: Collection[UUID]


def convene(
    session: Session, cause_id: UUID, new: NewWorkshop, proposals: Collection[UUID], now: datetime
) -> Workshop:
    """Convene a workshop on accepted proposals of the cause. Raises `Invalid` on its dates, place or proposals."""
    check_dates(new.starts_at, new.ends_at, now)
    check_somewhere(new.place, new.online_url)
    accepted = accepted_of_cause(session, cause_id, proposals)
    workshop = Workshop(
        id=uuid7(),
        cause_id=cause_id,
        title=new.title,
        agenda=new.agenda,
        facilitator=new.facilitator,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        place=new.place,
        online_url=new.online_url,
        capacity=new.capacity,
        state=State.SCHEDULED,
        created_at=now,
    )
    session.add(workshop)
    session.flush()
    session.add_all(WorkshopProposal(workshop_id=workshop.id, proposal_id=id) for id in accepted)
    session.flush()
    return workshop


def register(session: Session, workshop_id: UUID, subject: UUID, now: datetime) -> None:
    """Give an account a place, or the next one on the waiting list; asked again, nothing changes.

    Raises `NotFound`, or `Conflict` when the workshop takes nobody any more.
    """
    workshop = get_workshop(session, workshop_id, lock=True)
    check_takes_people(State(workshop.state), workshop.ends_at, now)
    if session.get(WorkshopPlace, (workshop.id, subject)) is not None:
        return
    places = count_places(session, workshop.id)
    state = place_for(places[Place.REGISTERED], places[Place.WAITING], workshop.capacity)
    session.add(WorkshopPlace(workshop_id=workshop.id, subject=subject, state=state, asked_at=now))
    session.flush()


def withdraw(session: Session, workshop_id: UUID, subject: UUID, now: datetime) -> None:
    """Free an account's place; the first who waits gets it. Nothing happens to who had none.

    Raises `NotFound`, or `Conflict` when the workshop is over.
    """
    workshop = get_workshop(session, workshop_id, lock=True)
    check_takes_people(State(workshop.state), workshop.ends_at, now)
    place = session.get(WorkshopPlace, (workshop.id, subject))
    if place is not None:
        session.delete(place)
        _promote(session, workshop)


def resize(session: Session, workshop: Workshop, capacity: int | None) -> None:
    """Change how many can come; a larger room lets in who waits. The caller holds the row. Raises `Conflict`."""
    check_scheduled(State(workshop.state))
    check_capacity(capacity, count_places(session, workshop.id)[Place.REGISTERED])
    workshop.capacity = capacity
    _promote(session, workshop)


def cancel(session: Session, workshop: Workshop) -> None:
    """Cancel a workshop; whoever has a place or waits for one is told. Raises `Conflict` when it is no more."""
    check_scheduled(State(workshop.state))
    workshop.state = State.CANCELLED
    session.flush()
    told = select(WorkshopPlace.subject).where(WorkshopPlace.workshop_id == workshop.id)
    _tell(session, workshop, "workshop.cancelled", session.scalars(told).all())


def report(
    session: Session,
    workshop: Workshop,
    *,
    minutes: str,
    attendance: int,
    drafts: Sequence[Draft],
    now: datetime,
) -> None:
    """Say what was said, how many came, and which draft actions came out, each from proposals of the workshop.

    Raises `Conflict` before it begins and when it was reported or cancelled, `Invalid` on a draft's proposals.
    """
    check_reportable(State(workshop.state), workshop.starts_at, now)
    check_origins([draft.proposals for draft in drafts], convened_on(session, workshop.id))
    workshop.state, workshop.minutes, workshop.attendance = State.HELD, minutes, attendance
    for draft in drafts:
        action = create_action(
            session,
            workshop.cause_id,
            title=draft.title,
            description=draft.description,
            proposals=draft.proposals,
            bodies=None,
            now=now,
        )
        session.add(WorkshopAction(workshop_id=workshop.id, action_id=action.id))
    session.flush()


def forget_places(session: Session, now: datetime) -> None:
    """Scheduled job: forget who wanted to come to workshops that ended long ago; how many came stays."""
    past = select(Workshop.id).where(Workshop.ends_at < now - PLACES_KEPT)
    session.execute(delete(WorkshopPlace).where(WorkshopPlace.workshop_id.in_(past)))


def free_places(session: Session, subject: UUID, now: datetime) -> dict[str, int]:
    """Give back the places of an account that is erased; where a workshop is to come, who waits moves up and is told.

    Returns how many places there were.
    """
    own = select(WorkshopPlace.workshop_id).where(WorkshopPlace.subject == subject)
    workshops = select(Workshop).where(Workshop.id.in_(own)).order_by(Workshop.id).with_for_update()
    freed = 0
    for workshop in session.scalars(workshops).all():
        place = session.get(WorkshopPlace, (workshop.id, subject))
        if place is not None:
            session.delete(place)
            freed += 1
        if workshop.state == State.SCHEDULED and now < workshop.ends_at:
            _promote(session, workshop)
    session.flush()
    return {"workshop_places": freed}


def _promote(session: Session, workshop: Workshop) -> None:
    """Give free places to those who wait, in the order they asked, and tell them. The caller holds the row."""
    session.flush()
    places = count_places(session, workshop.id)
    free = promotions(places[Place.REGISTERED], places[Place.WAITING], workshop.capacity)
    waiting = (
        select(WorkshopPlace)
        .where(WorkshopPlace.workshop_id == workshop.id, WorkshopPlace.state == Place.WAITING)
        .order_by(WorkshopPlace.position)
        .limit(free)
    )
    promoted = session.scalars(waiting).all()
    for place in promoted:
        place.state = Place.REGISTERED
    session.flush()
    _tell(session, workshop, "workshop.place_freed", [place.subject for place in promoted])


def _tell(session: Session, workshop: Workshop, kind: str, people: Collection[UUID]) -> None:
    # Recording holds a row for each recipient: in one order everywhere, so that two workshops never block each other.
    for subject in sorted(people):
        notice = ConsultationNotice(
            recipient=subject,
            kind=kind,
            reference=f"workshop:{workshop.id}",
            title=workshop.title["fr"],
            facts={"starts_at": workshop.starts_at.isoformat()},
        )
        record(session, notice)
