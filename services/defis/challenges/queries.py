"""Reading défis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from libs.chassis.db import database_of
from libs.chassis.errors import Problem
from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Principal
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import (
    LISTED_STATES,
    PUBLIC_STATES,
    TRANSITIONS,
    State,
    check_actor,
    shown_title,
)
from services.defis.core_groups.models import Member
from services.defis.standing import Standing
from services.defis.summaries.queries import figures_of
from services.defis.visibility import find_defi


class _Order(NamedTuple):
    column: InstrumentedAttribute[Any]
    descending: bool


SORTS: Final[Mapping[str, _Order]] = {
    "newest": _Order(Defi.published_at, True),
    "oldest": _Order(Defi.published_at, False),
    "active": _Order(Defi.changed_at, True),
}
"""The only orders a list can be asked for; none by popularity, which would let the first win."""


def show_defi(session: Session, defi_id: UUID, caller: Principal | None) -> dict[str, Any]:
    """One défi as `DefiSchema` shows it to `caller`. Raises `NotFound`."""
    return shown(session, *find_defi(session, defi_id, caller))


def shown(session: Session, defi: Defi, standing: Standing) -> dict[str, Any]:
    """A défi with its figures, and what only its people and the operator's read of it."""
    listed = summaries(session, [defi])[0]
    refusal = {"reason": defi.refusal, "note": defi.refusal_note} if defi.refusal else None
    entry = {"stage": defi.entry_stage, "evidence": defi.entry_evidence}
    return listed | {
        "problem": defi.problem,
        "beneficiaries": defi.beneficiaries,
        "first_date": defi.first_date,
        "origin": {"kind": defi.origin_kind, "owner": defi.origin_owner, "id": defi.origin_id},
        "created_at": defi.created_at,
        "submitted_at": defi.submitted_at,
        "closed_at": defi.closed_at,
        "changed_at": defi.changed_at,
        "entry": entry if standing.inside else None,
        "refusal": refusal if standing.inside else None,
        "role": standing.role,
        "accompanies": standing.accompanies,
        "actions": possible_actions(State(defi.state), standing),
    }


def summaries(session: Session, defis: Sequence[Defi]) -> list[dict[str, Any]]:
    """Défis as lists show them, in the same order."""
    figures = figures_of(session, [defi.id for defi in defis])
    operator = database_of(session).owner
    return [
        {
            "id": defi.id,
            "operator": operator,
            "title": shown_title(defi.title, defi.problem),
            "commune": {"code": defi.commune_code, "name": defi.commune_name} if defi.commune_code else None,
            "departement": defi.departement,
            "kind": defi.kind,
            "themes": defi.themes,
            "state": defi.state,
            "stage": defi.stage,
            "published_at": defi.published_at,
            "figures": figures[defi.id],
        }
        for defi in defis
    ]


def possible_actions(state: State, standing: Standing) -> list[str]:
    """What the caller could do to the défi's state now."""
    return [
        action.value
        for (of, action) in TRANSITIONS
        if of is state and _allowed(check_actor, action, standing)
    ]


def _allowed(check: Callable[..., None], *values: Any) -> bool:
    try:
        check(*values)
    except Problem:
        return False
    return True


def list_defis(
    session: Session, filters: Mapping[str, Any], sort: str, cursor: str | None, limit: int
) -> Page[dict[str, Any]]:
    """A page of published défis that match every one of `filters` that is not None.

    What is not public is in nobody's list but `list_own` and the worklist of those who accompany.
    """
    query = _filtered(select(Defi).where(Defi.state.in_(PUBLIC_STATES)), filters)
    order = SORTS[sort]
    listing = f"defis:{sort}"
    after = decode_cursor(listing, cursor, datetime.fromisoformat, UUID)
    key = tuple_(order.column, Defi.id)
    if after is not None:
        query = query.where(key < after if order.descending else key > after)
    columns = (order.column, Defi.id)
    query = query.order_by(*(column.desc() if order.descending else column.asc() for column in columns))
    rows = session.scalars(query.limit(limit + 1)).all()
    found = page(listing, rows, limit, lambda row: (getattr(row, order.column.key).isoformat(), str(row.id)))
    return Page(summaries(session, found.items), found.next)


def _filtered(query: Select[Any], filters: Mapping[str, Any]) -> Select[Any]:
    columns = {
        "commune": Defi.commune_code,
        "departement": Defi.departement,
        "stage": Defi.stage,
        "kind": Defi.kind,
        "origin": Defi.origin_id,
    }
    for name, column in columns.items():
        if filters[name] is not None:
            query = query.where(column == filters[name])
    if filters["theme"] is not None:
        query = query.where(Defi.themes.contains([filters["theme"]]))
    if filters["id"] is not None:
        query = query.where(Defi.id.in_(filters["id"]))
    listed = LISTED_STATES if filters["id"] is None else PUBLIC_STATES
    states = listed if filters["state"] is None else (filters["state"],)
    return query.where(Defi.state.in_(states))


def list_own(session: Session, caller: Principal, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """A page of the défis in which the caller has or asked for a part, whatever their state, newest first."""
    listing = f"own-defis:{caller.subject}"
    after = decode_cursor(listing, cursor, UUID)
    query = (
        select(Defi, Member.role, Member.state)
        .join(Member, Member.defi_id == Defi.id)
        .where(Member.subject == caller.subject, Member.state.in_(("active", "requested")))
        .order_by(Defi.id.desc())
    )
    if after is not None:
        query = query.where(Defi.id < after[0])
    rows = session.execute(query.limit(limit + 1)).all()
    found = page(listing, rows, limit, lambda row: (str(row[0].id),))
    listed = summaries(session, [row[0] for row in found.items])
    return Page(
        [
            item | {"role": row[1], "membership": row[2]}
            for item, row in zip(listed, found.items, strict=True)
        ],
        found.next,
    )
