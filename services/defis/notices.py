"""Saying something to one person: the notifications service carries it out.

A notice leaves in the transaction that gave rise to it. It names its recipient by the id under which this operator
knows the person, the défi by its public title, and otherwise holds codes, counts and times only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.chassis.outbox import erase_subject, record
from libs.contracts.notices import DefisNotice
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import shown_title
from services.defis.core_groups.models import Member
from services.defis.pledges.models import Pledge
from services.defis.pledges.rules import OPEN
from services.defis.standing import Role


class Notice(StrEnum):
    """What people are told."""

    PUBLISHED = "defi.published"
    REFUSED = "defi.refused"
    STATE_CHANGED = "defi.state_changed"
    MEMBERSHIP_REQUESTED = "defi.membership_requested"
    MEMBERSHIP_ACCEPTED = "defi.membership_accepted"
    MEMBERSHIP_DECLINED = "defi.membership_declined"
    INVITATION_ACCEPTED = "defi.invitation_accepted"
    INVITATION_DECLINED = "defi.invitation_declined"
    MEMBER_LEFT = "defi.member_left"
    ROLE_CHANGED = "defi.role_changed"
    MEETING_SCHEDULED = "defi.meeting_scheduled"
    MEETING_CHANGED = "defi.meeting_changed"
    MEETING_CANCELLED = "defi.meeting_cancelled"
    MEETING_REMINDER = "defi.meeting_reminder"
    MEETING_PLACE_FREED = "defi.meeting_place_freed"
    PLEDGE_OFFERED = "defi.pledge_offered"
    PLEDGE_ACCEPTED = "defi.pledge_accepted"
    PLEDGE_FULFILLED = "defi.pledge_fulfilled"
    PLEDGE_LAPSED = "defi.pledge_lapsed"
    PLEDGE_WITHDRAWN = "defi.pledge_withdrawn"
    GATE_CONFIRMED = "defi.gate_confirmed"
    GATE_REFUSED = "defi.gate_refused"
    GATE_UPHELD = "defi.gate_upheld"


class Addressed(NamedTuple):
    """One notice to one person; `facts` are codes, counts, ids and times in JSON types."""

    recipient: UUID
    notice: Notice
    facts: Mapping[str, Any]


def notify(
    session: Session,
    recipients: Iterable[UUID],
    notice: Notice,
    defi: Defi,
    /,
    *,
    but: UUID | None = None,
    **facts: Any,
) -> None:
    """Tell each of `recipients` the same, once, except `but`, who did it and knows."""
    send(session, defi, [Addressed(recipient, notice, facts) for recipient in set(recipients) - {but}])


def send(session: Session, defi: Defi, notices: Iterable[Addressed]) -> None:
    """Send notices about `defi`, in the order of their recipients.

    Recording one holds its recipient's sequence until the transaction ends: two transactions that tell the same people
    must not wait for each other crosswise. So a transaction calls this once, with everything it has to say.
    """
    title = shown_title(defi.title, defi.problem)
    for recipient, notice, facts in sorted(notices, key=lambda addressed: addressed.recipient):
        record(
            session,
            DefisNotice(
                recipient=recipient,
                kind=notice.value,
                reference=f"defi:{defi.id}",
                title=title,
                facts=dict(facts),
            ),
        )


def people_of(session: Session, defi: Defi, *roles: Role) -> list[UUID]:
    """Who is active in the défi, in any of `roles` (in any at all when none is named)."""
    query = select(Member.subject).where(Member.defi_id == defi.id, Member.state == "active")
    if roles:
        query = query.where(Member.role.in_(roles))
    return list(session.scalars(query))


def all_concerned_by(session: Session, defi: Defi) -> list[UUID]:
    """Everybody who counts on the défi: its people, those who asked to join, those whose pledge stands open."""
    people = select(Member.subject).where(
        Member.defi_id == defi.id, Member.state.in_(("active", "requested"))
    )
    givers = select(Pledge.subject).where(
        Pledge.defi_id == defi.id, Pledge.state.in_(OPEN), Pledge.subject.is_not(None)
    )
    return [subject for subject in session.scalars(people.union(givers)) if subject is not None]


def core_of(session: Session, defi: Defi) -> list[UUID]:
    """The porteur and the core group."""
    return people_of(session, defi, Role.PORTEUR, Role.CORE)


def forget_notices(session: Session, subject: UUID) -> None:
    """Drop what was not sent yet to somebody who is erased, and the count of what was."""
    erase_subject(session, str(subject))
