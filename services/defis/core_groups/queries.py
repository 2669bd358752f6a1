"""Reading who is part of a défi."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Principal
from services.defis.challenges.models import Defi
from services.defis.core_groups.models import Invitation, Member
from services.defis.core_groups.rules import State
from services.defis.standing import Standing
from services.defis.visibility import find_defi


@dataclass(frozen=True, slots=True)
class ShownMember:
    """A member as one reader sees them: contact and message for the core group and for themselves only."""

    id: UUID
    role: str
    state: str
    name: str | None
    contact: str | None
    message: str | None
    asked_at: datetime
    joined_at: datetime | None
    me: bool


def member_of(session: Session, defi: Defi, subject: UUID) -> Member | None:
    """The membership of `subject` in the défi, whatever became of it."""
    return session.scalar(select(Member).where(Member.defi_id == defi.id, Member.subject == subject))


def own_membership(session: Session, defi: Defi, caller: Principal) -> Member:
    """The caller's part in the défi, active or asked for. Raises `NotFound`."""
    member = member_of(session, defi, caller.subject)
    if member is None or member.state not in (State.ACTIVE, State.REQUESTED):
        raise NotFound("membership.none", N_("You have no part in this défi."))
    return member


def shown(member: Member, standing: Standing) -> ShownMember:
    """`member` as who has `standing` sees them."""
    me = standing.subject == member.subject
    open_ = me or standing.in_core
    return ShownMember(
        id=member.id,
        role=member.role,
        state=member.state,
        name=member.name,
        contact=member.contact if open_ else None,
        message=member.message if open_ else None,
        asked_at=member.asked_at,
        joined_at=member.joined_at,
        me=me,
    )


def show_own(session: Session, defi_id: UUID, caller: Principal) -> ShownMember:
    """The caller's part in a défi. Raises `NotFound`."""
    defi, standing = find_defi(session, defi_id, caller)
    return shown(own_membership(session, defi, caller), standing)


def list_members(
    session: Session, defi_id: UUID, caller: Principal, state: State, cursor: str | None, limit: int
) -> Page[ShownMember]:
    """A page of the active members of a défi, or of the requests that wait, which the core group and the EBV read.

    Raises `NotFound`, `Forbidden`.
    """
    defi, standing = find_defi(session, defi_id, caller)
    standing.require_inside()
    if state is State.REQUESTED:
        standing.require_core_or_companion()
    listing = f"members:{defi.id}:{state}"
    after = decode_cursor(listing, cursor, UUID)
    query = select(Member).where(Member.defi_id == defi.id, Member.state == state).order_by(Member.id)
    if after is not None:
        query = query.where(Member.id > after[0])
    rows = session.scalars(query.limit(limit + 1)).all()
    found = page(listing, rows, limit, lambda row: (str(row.id),))
    return Page([shown(member, standing) for member in found.items], found.next)


def open_invitations(
    session: Session, defi_id: UUID, caller: Principal, now: datetime
) -> Sequence[Invitation]:
    """The invitations that can still be answered, for the core group. Raises `NotFound`, `Forbidden`."""
    defi, standing = find_defi(session, defi_id, caller)
    standing.require_core()
    query = select(Invitation).where(
        Invitation.defi_id == defi.id, Invitation.answer.is_(None), Invitation.expires_at > now
    )
    return list(session.scalars(query.order_by(Invitation.id)))


def seen(session: Session, member: Member, caller: Principal) -> ShownMember:
    """`member` as `caller`, who knows the défi, sees them."""
    _, standing = find_defi(session, member.defi_id, caller)
    return shown(member, standing)


def shown_once(invitation: Invitation, secret: str) -> dict[str, Any]:
    """A new invitation with its secret."""
    return {
        "id": invitation.id,
        "role": invitation.role,
        "invited_at": invitation.invited_at,
        "expires_at": invitation.expires_at,
        "secret": secret,
    }
