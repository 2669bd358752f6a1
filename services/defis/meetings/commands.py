"""Announcing meetings, changing and cancelling them, and saying how they went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.chassis.ids import uuid7
from libs.chassis.limits import count_against_limit
from libs.chassis.outbox import record
from libs.chassis.tokens import Principal
from libs.contracts.defis import MeetingScheduled
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import State as DefiState
from services.defis.challenges.rules import check_running
from services.defis.meetings.models import Meeting, Registration
from services.defis.meetings.queries import count_places, get_meeting
from services.defis.meetings.registrations import facts_of, promote
from services.defis.meetings.rules import (
    DAY,
    MOST_PER_DAY,
    REMIND_BEFORE,
    Place,
    State,
    check_capacity,
    check_dates,
    check_reportable,
    check_scheduled,
    check_somewhere,
    is_told,
)
from services.defis.notices import Addressed, Notice, notify, people_of, send
from services.defis.standing import Standing
from services.defis.timeline.commands import keep
from services.defis.timeline.rules import Kind
from services.defis.visibility import find_defi


def schedule(
    session: Session, defi_id: UUID, caller: Principal, fields: Mapping[str, Any], now: datetime
) -> Meeting:
    """Announce a meeting of a published défi; its people are told.

    Raises `NotFound`, `Forbidden` but for the core group, `Conflict` unless it is published, `Invalid` on a meeting
    that is past, upside down or nowhere.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    standing.require_core()
    check_running(DefiState(defi.state))
    check_dates(fields["starts_at"], fields["ends_at"], now)
    check_somewhere(fields["place"], fields["online_url"])
    count_against_limit(session, "meetings", str(defi.id), most=MOST_PER_DAY, per=DAY, now=now)
    meeting = Meeting(
        id=uuid7(),
        defi_id=defi.id,
        state=State.SCHEDULED,
        revision=0,
        created_at=now,
        changed_at=now,
        **fields,
    )
    session.add(meeting)
    keep(session, defi, Kind.MEETING_SCHEDULED, standing, now, meeting=str(meeting.id), kind=meeting.kind)
    record(
        session,
        MeetingScheduled(
            defi_id=defi.id,
            meeting_id=meeting.id,
            kind=meeting.kind,
            starts_at=meeting.starts_at,
            commune=defi.commune_code or "",
        ),
    )
    told = people_of(session, defi)
    notify(session, told, Notice.MEETING_SCHEDULED, defi, but=caller.subject, **facts_of(meeting))
    return meeting


def change(
    session: Session,
    defi_id: UUID,
    meeting_id: UUID,
    caller: Principal,
    fields: Mapping[str, Any],
    now: datetime,
) -> Meeting:
    """Change a meeting to come. Whoever comes is told of another date or place; a larger room lets in who waits.

    Raises `NotFound`, `Forbidden`, `Conflict` once it was held or cancelled or when the room would be too small,
    `Invalid`.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    standing.require_core()
    meeting = get_meeting(session, defi, meeting_id, lock=True)
    check_scheduled(State(meeting.state))
    if "capacity" in fields:
        check_capacity(fields["capacity"], count_places(session, meeting.id)[Place.REGISTERED])
    changed = _apply(meeting, fields, now)
    if changed:
        keep(session, defi, Kind.MEETING_CHANGED, standing, now, meeting=str(meeting.id), fields=changed)
    told = _who_comes(session, meeting) if is_told(changed) else []
    promoted = promote(session, meeting, now)
    facts = facts_of(meeting)
    moved = set(told) - set(promoted) - {caller.subject}
    send(
        session,
        defi,
        [Addressed(who, Notice.MEETING_PLACE_FREED, facts) for who in promoted]
        + [Addressed(who, Notice.MEETING_CHANGED, facts) for who in moved],
    )
    return meeting


def _apply(meeting: Meeting, fields: Mapping[str, Any], now: datetime) -> list[str]:
    """Write into `meeting` those of `fields` that are new, and return their names. Raises `Invalid`."""
    changed = sorted(name for name, value in fields.items() if getattr(meeting, name) != value)
    for name in changed:
        setattr(meeting, name, fields[name])
    if not {"starts_at", "ends_at"}.isdisjoint(changed):
        check_dates(meeting.starts_at, meeting.ends_at, now)
        meeting.reminded_at = None
    check_somewhere(meeting.place, meeting.online_url)
    if changed:
        meeting.revision, meeting.changed_at = meeting.revision + 1, now
    return changed


def cancel(
    session: Session, defi_id: UUID, meeting_id: UUID, caller: Principal, reason: str | None, now: datetime
) -> Meeting:
    """Cancel a meeting; whoever has a place or waits for one is told. Raises `NotFound`, `Forbidden`, `Conflict`."""
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    standing.require_core()
    meeting = get_meeting(session, defi, meeting_id, lock=True)
    check_scheduled(State(meeting.state))
    meeting.state, meeting.revision, meeting.changed_at = State.CANCELLED, meeting.revision + 1, now
    keep(session, defi, Kind.MEETING_CANCELLED, standing, now, reason=reason, meeting=str(meeting.id))
    told = _who_comes(session, meeting)
    notify(session, told, Notice.MEETING_CANCELLED, defi, but=caller.subject, **facts_of(meeting))
    return meeting


def cancel_upcoming(session: Session, defi: Defi, standing: Standing, now: datetime) -> list[Addressed]:
    """Cancel every meeting to come of a défi that ends. Returns what whoever would have come is to be told.

    The caller holds the défi's row, and sends the notices with its own.
    """
    upcoming = (
        select(Meeting)
        .where(Meeting.defi_id == defi.id, Meeting.state == State.SCHEDULED, Meeting.starts_at > now)
        .order_by(Meeting.id)
        .with_for_update()
    )
    notices = []
    for meeting in session.scalars(upcoming).all():
        meeting.state, meeting.revision, meeting.changed_at = State.CANCELLED, meeting.revision + 1, now
        keep(session, defi, Kind.MEETING_CANCELLED, standing, now, meeting=str(meeting.id))
        facts = facts_of(meeting)
        notices += [Addressed(who, Notice.MEETING_CANCELLED, facts) for who in _who_comes(session, meeting)]
    return notices


def report(
    session: Session,
    defi_id: UUID,
    meeting_id: UUID,
    caller: Principal,
    *,
    minutes: str,
    attendance: int,
    now: datetime,
) -> Meeting:
    """Say that a meeting was held, how many came, and what was said; a report may be corrected.

    Raises `NotFound`, `Forbidden` but for the core group, `Conflict` before it begins or once it was cancelled.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    standing.require_core()
    meeting = get_meeting(session, defi, meeting_id, lock=True)
    check_reportable(State(meeting.state), meeting.starts_at, now)
    meeting.state, meeting.minutes, meeting.attendance = State.HELD, minutes, attendance
    meeting.reported_at = meeting.changed_at = now
    held: dict[str, Any] = {"meeting": str(meeting.id), "kind": meeting.kind, "attendance": attendance}
    keep(session, defi, Kind.MEETING_HELD, standing, now, **held)
    return meeting


def remind(session: Session, now: datetime) -> None:
    """Scheduled job: a day before, remind whoever has a place, once."""
    due = (
        select(Meeting, Defi)
        .join(Defi, Defi.id == Meeting.defi_id)
        .where(
            Meeting.state == State.SCHEDULED,
            Meeting.reminded_at.is_(None),
            Meeting.starts_at > now,
            Meeting.starts_at <= now + REMIND_BEFORE,
            Defi.state == DefiState.PUBLISHED,
        )
        .order_by(Meeting.id)
        .with_for_update(of=Meeting, skip_locked=True)
        .limit(100)
    )
    for meeting, defi in session.execute(due).all():
        meeting.reminded_at = now
        told = _who_comes(session, meeting, Place.REGISTERED)
        notify(session, told, Notice.MEETING_REMINDER, defi, **facts_of(meeting))


def _who_comes(session: Session, meeting: Meeting, *places: Place) -> list[UUID]:
    """Whoever has a place in the meeting or waits for one."""
    query = select(Registration.subject).where(Registration.meeting_id == meeting.id)
    if places:
        query = query.where(Registration.state.in_(places))
    return list(session.scalars(query))
