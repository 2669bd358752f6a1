"""Reading pledges. Their figures are public (`summaries`); what one person offers is between them and the group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.chassis.errors import Problem
from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Principal
from services.defis.pledges.models import Pledge
from services.defis.pledges.rules import Decision, State, after, check_decider
from services.defis.standing import Standing
from services.defis.visibility import find_defi


def list_pledges(
    session: Session, defi_id: UUID, caller: Principal, state: str | None, cursor: str | None, limit: int
) -> Page[dict[str, Any]]:
    """A page of a défi's pledges, oldest first: all to its core group and EBV, to anybody else their own.

    Raises `NotFound` where the caller may not know of the défi.
    """
    defi, standing = find_defi(session, defi_id, caller)
    listing = f"pledges:{defi.id}:{state or ''}"
    after_ = decode_cursor(listing, cursor, UUID)
    query = select(Pledge).where(Pledge.defi_id == defi.id).order_by(Pledge.id)
    if not (standing.in_core or standing.accompanies):
        query = query.where(Pledge.subject == caller.subject)
    if state is not None:
        query = query.where(Pledge.state == state)
    if after_ is not None:
        query = query.where(Pledge.id > after_[0])
    rows = session.scalars(query.limit(limit + 1)).all()
    found = page(listing, rows, limit, lambda row: (str(row.id),))
    return Page([shown(pledge, standing) for pledge in found.items], found.next)


def show_pledge(session: Session, pledge: Pledge, caller: Principal) -> dict[str, Any]:
    """One pledge to `caller`, who may know of it."""
    _, standing = find_defi(session, pledge.defi_id, caller)
    return shown(pledge, standing)


def shown(pledge: Pledge, standing: Standing) -> dict[str, Any]:
    """A pledge as who has `standing` sees it: the contact for its giver, and for the core group once it accepted."""
    own = pledge.subject is not None and pledge.subject == standing.subject
    reachable = own or (standing.in_core and pledge.state in (State.ACCEPTED, State.FULFILLED))
    return {
        "id": pledge.id,
        "kind": pledge.kind,
        "description": pledge.description,
        "amount_cents": pledge.amount_cents,
        "hours": pledge.hours,
        "name": pledge.name,
        "contact": pledge.contact if reachable else None,
        "state": pledge.state,
        "valid_until": pledge.valid_until,
        "offered_at": pledge.offered_at,
        "decided_at": pledge.decided_at,
        "own": own,
        "decisions": [
            decision.value
            for decision in Decision
            if _possible(after, State(pledge.state), decision)
            and _possible(check_decider, decision, standing, own=own)
        ],
    }


def _possible(check: Callable[..., Any], *values: Any, **options: Any) -> bool:
    try:
        check(*values, **options)
    except Problem:
        return False
    return True
