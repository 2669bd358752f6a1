"""Who is part of a défi. Each change is kept, and whoever it concerns is told."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.ids import uuid7
from libs.chassis.limits import count_against_limit
from libs.chassis.messages import N_
from libs.chassis.outbox import record
from libs.chassis.tokens import Principal
from libs.contracts.defis import MemberJoined
from services.defis.base import rows_changed
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import State as DefiState
from services.defis.challenges.rules import check_running
from services.defis.core_groups.models import Invitation, Member
from services.defis.core_groups.queries import member_of, own_membership
from services.defis.core_groups.rules import (
    DAY,
    HOUR,
    MOST_INVITATIONS_PER_DAY,
    MOST_REQUESTS_PER_HOUR,
    SECRET_BYTES,
    Answer,
    State,
    check_answerable,
    check_invitation,
    check_may_ask,
    check_may_leave,
    check_role_change,
)
from services.defis.notices import Notice, core_of, notify
from services.defis.standing import Role, Standing
from services.defis.timeline.commands import keep
from services.defis.timeline.queries import count_entries
from services.defis.timeline.rules import Kind
from services.defis.visibility import find_defi


class Presentation(NamedTuple):
    """How somebody presents themselves to a group; each part may be left out."""

    name: str | None = None
    contact: str | None = None
    message: str | None = None


class Invited(NamedTuple):
    """An invitation and its secret, which is shown once."""

    invitation: Invitation
    secret: str


def request_membership(
    session: Session, defi_id: UUID, caller: Principal, who: Presentation, now: datetime
) -> Member:
    """Ask to join. However often it is sent at once, there is one request.

    Raises `NotFound`, `Conflict` for who is in it or asked already, or when the défi takes nobody now, `TooMany`.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    check_running(DefiState(defi.state))
    member = member_of(session, defi, caller.subject)
    check_may_ask(State(member.state) if member else None)
    count_against_limit(
        session, "membership", str(caller.subject), most=MOST_REQUESTS_PER_HOUR, per=HOUR, now=now
    )
    member = _enter(session, defi, caller.subject, who, Role.MEMBER, State.REQUESTED, now, member)
    keep(session, defi, Kind.MEMBERSHIP_REQUESTED, standing, now)
    notify(session, core_of(session, defi), Notice.MEMBERSHIP_REQUESTED, defi, member=str(member.id))
    return member


def answer_request(
    session: Session,
    defi_id: UUID,
    member_id: UUID,
    caller: Principal,
    *,
    answer: Answer,
    note: str | None,
    now: datetime,
) -> Member:
    """Accept or decline a request; who asked is told. Raises `NotFound`, `Forbidden`, `Conflict`."""
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    standing.require_core()
    member = _get_member(session, defi, member_id)
    check_answerable(State(member.state))
    if answer is Answer.DECLINE:
        member.state = State.DECLINED
        keep(session, defi, Kind.MEMBERSHIP_DECLINED, standing, now, reason=note, member=str(member.id))
        notify(session, [member.subject], Notice.MEMBERSHIP_DECLINED, defi)
        return member
    check_running(DefiState(defi.state))
    member.state, member.joined_at = State.ACTIVE, now
    _tell_joined(session, defi, member, standing, now)
    notify(session, [member.subject], Notice.MEMBERSHIP_ACCEPTED, defi)
    return member


def present(session: Session, defi_id: UUID, caller: Principal, changes: dict[str, str | None]) -> Member:
    """Change one's own name or contact in a défi. Raises `NotFound` for who has no part in it."""
    defi, _ = find_defi(session, defi_id, caller, lock=True)
    member = own_membership(session, defi, caller)
    for name, value in changes.items():
        setattr(member, name, value)
    return member


def leave(session: Session, defi_id: UUID, caller: Principal, now: datetime) -> None:
    """Leave a défi, or take back a request; the core group is told of a departure.

    Raises `NotFound` for who has no part in it, `Conflict` for the porteur.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    check_may_leave(standing)
    member = own_membership(session, defi, caller)
    was_active = member.state == State.ACTIVE
    member.state, member.role = State.LEFT, Role.MEMBER
    member.name = member.contact = member.message = None
    keep(session, defi, Kind.MEMBER_LEFT, standing, now, member=str(member.id), active=was_active)
    if was_active:
        notify(session, core_of(session, defi), Notice.MEMBER_LEFT, defi, but=caller.subject)


def change_role(
    session: Session, defi_id: UUID, member_id: UUID, caller: Principal, role: Role, now: datetime
) -> Member:
    """Take a member into the core group, back out of it, or hand the défi over to them.

    The porteur's to do; where a défi has lost its porteur, those who accompany it name another. Raises `NotFound`,
    `Forbidden`, `Conflict`.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    porteur = _porteur_of(session, defi)
    if porteur is None and standing.role is None:
        standing.require_judge()
    else:
        standing.require_porteur()
    member = _get_member(session, defi, member_id)
    if member.state != State.ACTIVE:
        raise unknown_member()
    check_role_change(Role(member.role), role)
    if role is Role.PORTEUR and porteur is not None:
        porteur.role = Role.CORE
        session.flush()  # before the other takes over: there is one porteur at every moment
    member.role = role
    keep(session, defi, Kind.ROLE_CHANGED, standing, now, member=str(member.id), role=role)
    notify(session, [member.subject], Notice.ROLE_CHANGED, defi, but=caller.subject, role=role)
    return member


def invite(
    session: Session, defi_id: UUID, caller: Principal, role: Role, now: datetime, life: timedelta
) -> Invited:
    """Make an invitation that whoever holds its secret may answer, once, within `life`.

    Raises `NotFound`, `Forbidden` but for the core group, `Conflict` when the défi takes nobody now, `TooMany`.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    standing.require_core()
    check_running(DefiState(defi.state))
    count_against_limit(
        session, "invitations", str(caller.subject), most=MOST_INVITATIONS_PER_DAY, per=DAY, now=now
    )
    secret = secrets.token_urlsafe(SECRET_BYTES)
    invitation = Invitation(
        id=uuid7(),
        defi_id=defi.id,
        role=role,
        digest=digest_of(secret),
        invited_by=caller.subject,
        invited_at=now,
        expires_at=now + life,
    )
    session.add(invitation)
    keep(session, defi, Kind.INVITED, standing, now, invitation=str(invitation.id), role=role)
    return Invited(invitation, secret)


def answer_invitation(
    session: Session,
    defi_id: UUID,
    caller: Principal,
    *,
    secret: str,
    answer: Answer,
    who: Presentation,
    now: datetime,
) -> Invitation:
    """Accept or decline an invitation; whoever invited is told either way.

    Raises `NotFound` for a secret that opens nothing here, `Conflict` when it was answered, has expired, or the caller
    is a member already.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    invitation = session.scalar(
        select(Invitation).where(Invitation.defi_id == defi.id, Invitation.digest == digest_of(secret))
    )
    if invitation is None:
        raise NotFound("invitation.unknown", N_("This invitation leads nowhere."))
    check_invitation(invitation.answer, invitation.expires_at, now)
    inviter = [invitation.invited_by] if invitation.invited_by else []
    if answer is Answer.DECLINE:
        keep(session, defi, Kind.INVITATION_DECLINED, standing, now, invitation=str(invitation.id))
        notify(session, inviter, Notice.INVITATION_DECLINED, defi, but=caller.subject)
    else:
        check_running(DefiState(defi.state))
        member = member_of(session, defi, caller.subject)
        if member is None or member.state != State.REQUESTED:
            check_may_ask(State(member.state) if member else None)
        member = _enter(session, defi, caller.subject, who, Role(invitation.role), State.ACTIVE, now, member)
        _tell_joined(session, defi, member, standing, now)
        notify(session, inviter, Notice.INVITATION_ACCEPTED, defi, but=caller.subject)
    invitation.answer, invitation.answered_at = answer, now
    return invitation


def forget_member(session: Session, subject: UUID) -> dict[str, int]:
    """Take somebody who is erased out of every défi; their invitations stay open, and nobody's."""
    anonymous = update(Invitation).where(Invitation.invited_by == subject).values(invited_by=None)
    return {
        "memberships": rows_changed(session, delete(Member).where(Member.subject == subject)),
        "invitations": rows_changed(session, anonymous),
    }


def unknown_member() -> NotFound:
    """The answer about a member that the défi does not have."""
    return NotFound("member.unknown", N_("This défi has no such member."))


def digest_of(secret: str) -> str:
    """What is stored of an invitation's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _enter(
    session: Session,
    defi: Defi,
    subject: UUID,
    who: Presentation,
    role: Role,
    state: State,
    now: datetime,
    member: Member | None,
) -> Member:
    """The membership of `subject`, new or taken up again."""
    if member is None:
        member = Member(id=uuid7(), defi_id=defi.id, subject=subject)
        session.add(member)
    member.role, member.state, member.asked_at = role, state, now
    member.name, member.contact, member.message = who
    member.joined_at = now if state is State.ACTIVE else None
    session.flush()
    return member


def _tell_joined(session: Session, defi: Defi, member: Member, standing: Standing, now: datetime) -> None:
    session.flush()
    count = select(func.count()).where(Member.defi_id == defi.id, Member.state == State.ACTIVE)
    members = session.scalar(count) or 0
    if standing.role is None and standing.subject == member.subject:
        standing = Standing(member.subject, Role(member.role))
    keep(session, defi, Kind.MEMBER_JOINED, standing, now, role=member.role, members=members)
    joined = count_entries(session, defi.id, Kind.MEMBER_JOINED)
    record(session, MemberJoined(defi_id=defi.id, role=member.role, members=members, joined=joined))


def _get_member(session: Session, defi: Defi, member_id: UUID) -> Member:
    member = session.scalar(select(Member).where(Member.defi_id == defi.id, Member.id == member_id))
    if member is None:
        raise unknown_member()
    return member


def _porteur_of(session: Session, defi: Defi) -> Member | None:
    return session.scalar(
        select(Member).where(
            Member.defi_id == defi.id, Member.role == Role.PORTEUR, Member.state == State.ACTIVE
        )
    )
