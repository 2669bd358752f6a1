"""Forgetting a person: everything held of them here, in one transaction.

What others built on stays without them: a published défi, a meeting that was held, a pledge that was kept. What only
spoke of them goes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import CursorResult, Executable, Select, delete, or_, select, text, update
from sqlalchemy.orm import Session

from libs.chassis.db import lock
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import State
from services.defis.core_groups.models import Invitation, Member
from services.defis.debates.models import Argument
from services.defis.gates.models import Gate
from services.defis.meetings.models import Meeting, Registration
from services.defis.meetings.registrations import facts_of, promote
from services.defis.notices import Notice, all_concerned_by, core_of, notify
from services.defis.pledges.models import Pledge
from services.defis.pledges.rules import OPEN
from services.defis.pledges.rules import State as PledgeState
from services.defis.standing import Role
from services.defis.timeline.commands import keep
from services.defis.timeline.models import Actor, Entry
from services.defis.timeline.rules import Kind

_UNPUBLISHED: Final = (State.DRAFT, State.SUBMITTED, State.REFUSED)


def erase_subject(session: Session, subject: UUID, now: datetime) -> dict[str, int]:
    """Remove or anonymise everything held of `subject`. Returns how many of what; a second time, nothing is left.

    Défis that were never published go with their porteur. A published one stays: it is paused, those who accompany it
    find it in their worklist and name another porteur, and the members are told. A place in a meeting goes to the first
    who waits.
    """
    lock(session, f"erasure of {subject}")
    _lock_defis_of(session, subject)
    done = {
        "defis_deleted": _delete_unpublished(session, subject),
        "defis_paused": _pause_carried(session, subject, now),
        "places_freed": _free_places(session, subject, now),
    }
    done |= _forget_pledges(session, subject, now)
    done["memberships"] = _count(session, delete(Member).where(Member.subject == subject))
    done["invitations"] = _count(
        session,
        update(Invitation).where(Invitation.invited_by == subject).values(invited_by=None),
    )
    done["arguments"] = _count(session, delete(Argument).where(Argument.author == subject))
    done["gates"] = _forget_gates(session, subject)
    done["timeline_reasons"] = _forget_actor(session, subject)
    _forget_notices(session, subject)
    return done


def _lock_defis_of(session: Session, subject: UUID) -> None:
    """Hold every défi in which the person has a part, in one order, as each command holds its own."""
    pledged = select(Pledge.defi_id).where(Pledge.subject == subject)
    joined = select(Member.defi_id).where(Member.subject == subject)
    query = select(Defi.id).where(or_(Defi.id.in_(joined), Defi.id.in_(pledged)))
    session.execute(query.order_by(Defi.id).with_for_update())


def _carried_by(subject: UUID) -> Select[UUID]:
    return select(Member.defi_id).where(
        Member.subject == subject, Member.role == Role.PORTEUR, Member.state == "active"
    )


def _delete_unpublished(session: Session, subject: UUID) -> int:
    return _count(
        session, delete(Defi).where(Defi.id.in_(_carried_by(subject)), Defi.state.in_(_UNPUBLISHED))
    )


def _pause_carried(session: Session, subject: UUID, now: datetime) -> int:
    """Pause what the person carries, and tell the others that it has nobody to carry it."""
    carried = session.scalars(
        select(Defi).where(Defi.id.in_(_carried_by(subject)), Defi.state == State.PUBLISHED).order_by(Defi.id)
    ).all()
    for defi in carried:
        defi.state = State.PAUSED
        keep(session, defi, Kind.PAUSED, None, now, cause="no_porteur")
        told = all_concerned_by(session, defi)
        notify(session, told, Notice.STATE_CHANGED, defi, but=subject, state=defi.state, cause="no_porteur")
    return len(carried)


def _free_places(session: Session, subject: UUID, now: datetime) -> int:
    """Give the person's places back; who waits moves up and is told."""
    wanted = select(Registration.meeting_id).where(Registration.subject == subject)
    meetings = session.execute(
        select(Meeting, Defi)
        .join(Defi, Defi.id == Meeting.defi_id)
        .where(Meeting.id.in_(wanted))
        .order_by(Meeting.id)
        .with_for_update(of=Meeting)
    ).all()
    for meeting, defi in meetings:
        session.execute(
            delete(Registration).where(Registration.meeting_id == meeting.id, Registration.subject == subject)
        )
        if meeting.state == "scheduled" and meeting.ends_at > now:
            promoted = promote(session, meeting, now)
            notify(session, promoted, Notice.MEETING_PLACE_FREED, defi, **facts_of(meeting))
    return len(meetings)


def _forget_pledges(session: Session, subject: UUID, now: datetime) -> dict[str, int]:
    """What was kept stays as a figure; the rest goes, and core groups hear of what they counted on."""
    counted_on = session.execute(
        select(Pledge, Defi)
        .join(Defi, Defi.id == Pledge.defi_id)
        .where(Pledge.subject == subject, Pledge.state.in_(OPEN))
        .order_by(Pledge.defi_id, Pledge.id)
    ).all()
    for pledge, defi in counted_on:
        facts = {"pledge": str(pledge.id), "kind": pledge.kind}
        keep(session, defi, Kind.PLEDGE_WITHDRAWN, None, now, **facts)
        notify(session, core_of(session, defi), Notice.PLEDGE_WITHDRAWN, defi, but=subject, **facts)
    nobody = {"subject": None, "name": None, "contact": None, "description": None}
    kept = Pledge.state == PledgeState.FULFILLED
    return {
        "pledges_anonymised": _count(
            session, update(Pledge).where(Pledge.subject == subject, kept).values(nobody)
        ),
        "pledges_deleted": _count(session, delete(Pledge).where(Pledge.subject == subject)),
    }


def _forget_gates(session: Session, subject: UUID) -> int:
    """Take the person, and what they wrote, out of the askings and decisions they made."""
    written: tuple[tuple[Any, dict[str, Any]], ...] = (
        (Gate.asked_by, {"asked_by": None, "evidence": {}, "appeal": None}),
        (Gate.decided_by, {"decided_by": None, "note": None}),
        (Gate.appeal_decided_by, {"appeal_decided_by": None, "appeal_note": None}),
    )
    return sum(
        _count(session, update(Gate).where(column == subject).values(values)) for column, values in written
    )


def _forget_actor(session: Session, subject: UUID) -> int:
    """Destroy what the person wrote in timelines, and the only row that says which random id was theirs."""
    actor = select(Actor.id).where(Actor.subject == subject).scalar_subquery()
    mine = update(Entry).where(Entry.actor == actor, Entry.reason.is_not(None)).values(reason=None)
    destroyed = _count(session, mine)
    session.execute(delete(Actor).where(Actor.subject == subject))
    return destroyed


def _forget_notices(session: Session, subject: UUID) -> None:
    """Notices not sent yet, and the count of those that were."""
    for statement in (
        "DELETE FROM outbox WHERE subject = :subject",
        "DELETE FROM outbox_subject WHERE subject = :subject",
    ):
        session.execute(text(statement), {"subject": str(subject)})


def _count(session: Session, statement: Executable) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
