"""Who may know of which défi: the one place that decides it, for single défis and for every list.

A draft is its porteur's alone. What was submitted or refused is between its porteur and the operator's people of that
territory. Once published, a défi is everybody's to read. Whoever may not know of a défi is answered as if it did not
exist, and so is everything in it: a meeting, a pledge or a gate is only ever reached through its défi.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.tokens import Principal
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import PUBLIC_STATES, State
from services.defis.core_groups.models import Member
from services.defis.standing import EBV, STAFF, Role, Standing, operator_scope

_TERRITORY = "territory:"


class Seen(NamedTuple):
    """A défi, and what the caller is to it."""

    defi: Defi
    standing: Standing


def readable_by(caller: Principal | None, owner: str) -> ColumnElement[bool]:
    """The condition, on défis, of those that `caller` may know of at the operator `owner`."""
    public = Defi.state.in_(PUBLIC_STATES)
    if caller is None or caller.kind != "account":
        return public
    own = (
        select(Member.id)
        .where(Member.defi_id == Defi.id, Member.subject == caller.subject, Member.state == "active")
        .exists()
    )
    return or_(public, own, and_(Defi.state != State.DRAFT, accompanied_by(caller, owner)))


def accompanied_by(caller: Principal, owner: str) -> ColumnElement[bool]:
    """The condition, on défis, of those that `caller` accompanies as EBV of their territory or as staff."""
    everywhere = operator_scope(owner)
    if caller.has(STAFF, everywhere) or caller.has(EBV, everywhere):
        return true()
    codes = {
        grant.scope.removeprefix(_TERRITORY)
        for grant in caller.grants
        if grant.role == EBV and grant.scope.startswith(_TERRITORY)
    }
    return or_(Defi.commune_code.in_(codes), Defi.departement.in_(codes)) if codes else false()


def find_defi(session: Session, defi_id: UUID, caller: Principal | None, *, lock: bool = False) -> Seen:
    """The défi, and the standing of `caller` in it. Raises `NotFound` where `caller` may not know of it.

    With `lock`, what others would change of it waits until the transaction ends: every command asks for it, so that
    no two change one défi at once.
    """
    owner = database_of(session).owner
    query = select(Defi).where(Defi.id == defi_id, readable_by(caller, owner))
    if lock:
        # Waited for first, looked at after: the condition must hold of the défi as the other left it.
        session.execute(select(Defi.id).where(Defi.id == defi_id).with_for_update())
    defi = session.scalar(query.execution_options(populate_existing=True))
    if defi is None:
        raise NotFound("defi.unknown", N_("There is no such défi."))
    return Seen(defi, standing_in(session, defi, caller))


def standing_in(session: Session, defi: Defi, caller: Principal | None) -> Standing:
    """What `caller` is to `defi`."""
    role = None
    if caller is not None and caller.kind == "account":
        role = session.scalar(
            select(Member.role).where(
                Member.defi_id == defi.id, Member.subject == caller.subject, Member.state == "active"
            )
        )
    return Standing.of(caller, Role(role) if role else None, defi.commune_code, database_of(session).owner)
