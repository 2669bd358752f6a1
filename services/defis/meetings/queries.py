"""Reading meetings. A meeting is reached through its défi, whose visibility is its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Principal
from services.defis.challenges.models import Defi
from services.defis.meetings.models import Meeting, Registration
from services.defis.meetings.rules import Place
from services.defis.standing import Standing
from services.defis.visibility import Seen, find_defi


def get_meeting(session: Session, defi: Defi, meeting_id: UUID, *, lock: bool = False) -> Meeting:
    """A meeting of `defi`. Raises `NotFound`. With `lock`, others who would change it wait."""
    query = select(Meeting).where(Meeting.id == meeting_id, Meeting.defi_id == defi.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    meeting = session.scalar(query)
    if meeting is None:
        raise NotFound("meeting.unknown", N_("This défi has no such meeting."))
    return meeting


def count_places(session: Session, meeting_id: UUID) -> dict[Place, int]:
    """How many have a place, and how many wait."""
    query = select(Registration.state, func.count()).where(Registration.meeting_id == meeting_id)
    found = {Place(state): count for state, count in session.execute(query.group_by(Registration.state))}
    return dict.fromkeys(Place, 0) | found


def show_meeting(
    session: Session, defi_id: UUID, meeting_id: UUID, caller: Principal | None
) -> dict[str, Any]:
    """One meeting as `caller` sees it. Raises `NotFound`."""
    defi, standing = find_defi(session, defi_id, caller)
    return shown(session, [get_meeting(session, defi, meeting_id)], standing)[0]


def list_meetings(
    session: Session, defi_id: UUID, caller: Principal | None, cursor: str | None, limit: int
) -> Page[dict[str, Any]]:
    """A page of a défi's meetings, the latest first. Raises `NotFound`."""
    return meetings_of(session, find_defi(session, defi_id, caller), cursor, limit)


def meetings_of(session: Session, seen: Seen, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """A page of the meetings of a défi, by what the caller is to it."""
    defi, standing = seen
    listing = f"meetings:{defi.id}"
    after = decode_cursor(listing, cursor, datetime.fromisoformat, UUID)
    query = (
        select(Meeting)
        .where(Meeting.defi_id == defi.id)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    )
    if after is not None:
        query = query.where(tuple_(Meeting.starts_at, Meeting.id) < after)
    rows = session.scalars(query.limit(limit + 1)).all()
    found = page(listing, rows, limit, lambda row: (row.starts_at.isoformat(), str(row.id)))
    return Page(shown(session, found.items, standing), found.next)


def shown(session: Session, meetings: Sequence[Meeting], standing: Standing) -> list[dict[str, Any]]:
    """Meetings as who has `standing` sees them: the online address for those inside and those who have a place."""
    if not meetings:
        return []
    ids = [meeting.id for meeting in meetings]
    counts = _counts(session, ids)
    mine = _places_of(session, ids, standing.subject)
    return [
        {name: getattr(meeting, name) for name in _SHOWN_AS_STORED}
        | {
            "online": meeting.online_url is not None,
            "online_url": (
                meeting.online_url if standing.inside or mine.get(meeting.id) == Place.REGISTERED else None
            ),
            "registered": counts.get((meeting.id, Place.REGISTERED), 0),
            "waiting": counts.get((meeting.id, Place.WAITING), 0),
            "mine": mine.get(meeting.id),
        }
        for meeting in meetings
    ]


def show_registration(session: Session, defi_id: UUID, meeting_id: UUID, caller: Principal) -> dict[str, Any]:
    """The caller's place, and their rank among those who wait. Raises `NotFound`."""
    defi, _ = find_defi(session, defi_id, caller)
    meeting = get_meeting(session, defi, meeting_id)
    mine = session.get(Registration, (meeting.id, caller.subject))
    if mine is None:
        raise NotFound("registration.none", N_("You are not registered for this meeting."))
    rank = None
    if mine.state == Place.WAITING:
        before = select(func.count()).where(
            Registration.meeting_id == meeting.id,
            Registration.state == Place.WAITING,
            tuple_(Registration.asked_at, Registration.id) < tuple_(mine.asked_at, mine.id),
        )
        rank = (session.scalar(before) or 0) + 1
    return {"state": mine.state, "rank": rank, "name": mine.name, "asked_at": mine.asked_at}


def list_registrations(
    session: Session, defi_id: UUID, meeting_id: UUID, caller: Principal, cursor: str | None, limit: int
) -> Page[Registration]:
    """A page of who comes and who waits, in the order they asked, for the core group. Raises `Forbidden`."""
    defi, standing = find_defi(session, defi_id, caller)
    standing.require_core()
    meeting = get_meeting(session, defi, meeting_id)
    listing = f"registrations:{meeting.id}"
    after = decode_cursor(listing, cursor, datetime.fromisoformat, UUID)
    query = (
        select(Registration)
        .where(Registration.meeting_id == meeting.id)
        .order_by(Registration.asked_at, Registration.id)
    )
    if after is not None:
        query = query.where(tuple_(Registration.asked_at, Registration.id) > after)
    rows = session.scalars(query.limit(limit + 1)).all()
    return page(listing, rows, limit, lambda row: (row.asked_at.isoformat(), str(row.id)))


def meetings_for_calendar(
    session: Session, defi_id: UUID, caller: Principal | None
) -> tuple[Defi, list[Meeting]]:
    """A défi with all its meetings of the last year and to come. Raises `NotFound`."""
    defi, _ = find_defi(session, defi_id, caller)
    recent = func.now() - func.make_interval(1)
    query = select(Meeting).where(Meeting.defi_id == defi.id, Meeting.ends_at > recent)
    return defi, list(session.scalars(query.order_by(Meeting.starts_at, Meeting.id)))


def meeting_for_calendar(
    session: Session, defi_id: UUID, meeting_id: UUID, caller: Principal | None
) -> tuple[Defi, list[Meeting]]:
    """A défi with one of its meetings. Raises `NotFound`."""
    defi, _ = find_defi(session, defi_id, caller)
    return defi, [get_meeting(session, defi, meeting_id)]


def _counts(session: Session, ids: Sequence[UUID]) -> dict[tuple[UUID, str], int]:
    query = (
        select(Registration.meeting_id, Registration.state, func.count())
        .where(Registration.meeting_id.in_(ids))
        .group_by(Registration.meeting_id, Registration.state)
    )
    return {(meeting_id, state): count for meeting_id, state, count in session.execute(query)}


def _places_of(session: Session, ids: Sequence[UUID], subject: UUID | None) -> dict[UUID, str]:
    if subject is None:
        return {}
    query = select(Registration.meeting_id, Registration.state).where(
        Registration.meeting_id.in_(ids), Registration.subject == subject
    )
    return dict(session.execute(query).all())


_SHOWN_AS_STORED = (
    "id", "defi_id", "kind", "title", "starts_at", "ends_at", "place", "agenda", "accessibility",
    "accessibility_note", "capacity", "state", "minutes", "attendance", "reported_at",
)  # fmt: skip
