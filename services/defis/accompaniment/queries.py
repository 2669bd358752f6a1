"""What waits for those who accompany défis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.chassis.errors import Forbidden
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Principal
from services.defis.challenges.models import Defi
from services.defis.challenges.queries import summaries
from services.defis.challenges.rules import RUNNING, State
from services.defis.core_groups.models import Member
from services.defis.gates.models import Gate
from services.defis.gates.rules import UNDECIDED
from services.defis.standing import EBV, STAFF, Role
from services.defis.visibility import accompanied_by

SILENT_AFTER: Final = timedelta(days=30)
"""A running défi in which nothing happened for so long is one to call."""


def show_worklist(session: Session, caller: Principal, now: datetime) -> dict[str, Any]:
    """How much waits for the caller, and what has waited longest of each. Raises `Forbidden`.

    Défis of which the caller is part are left out of what is to be decided: somebody else decides on them.
    """
    _require_companion(caller)
    mine = accompanied_by(caller, database_of(session).owner)
    submitted = select(Defi).where(mine, Defi.state == State.SUBMITTED, ~_part_of(caller))
    asked = (
        select(Gate, Defi)
        .join(Defi, Defi.id == Gate.defi_id)
        .where(mine, Gate.state.in_(UNDECIDED), Defi.state == State.PUBLISHED, ~_part_of(caller))
    )
    silent = select(func.count()).select_from(Defi).where(mine, *_silent(now))
    porteur = select(Member.id).where(
        Member.defi_id == Defi.id, Member.role == Role.PORTEUR, Member.state == "active"
    )
    orphans = select(Defi).where(mine, Defi.state.in_(RUNNING), ~porteur.exists())
    gates = session.execute(asked.order_by(Gate.asked_at, Gate.id).limit(_SHOWN)).all()
    waiting = session.scalars(submitted.order_by(Defi.submitted_at, Defi.id).limit(_SHOWN)).all()
    orphaned = session.scalars(orphans.order_by(Defi.changed_at, Defi.id).limit(_SHOWN)).all()
    asking = _unanswered(session, mine)
    # All at once: what is shown of a défi takes as many queries for a hundred as for one.
    shown = _listed(
        session, [*waiting, *(defi for _, defi in gates), *orphaned, *(defi for defi, _, _ in asking)]
    )
    of = {item["id"]: item for item in shown}
    return {
        "submitted": [of[defi.id] for defi in waiting],
        "gates": [of[defi.id] | {"gate": _gate(gate)} for gate, defi in gates],
        "without_porteur": [of[defi.id] for defi in orphaned],
        "requests": [of[defi.id] | {"waiting": count, "since": since} for defi, count, since in asking],
        "silent": session.scalar(silent) or 0,
        "unanswered_requests": session.scalar(_requests(mine, func.count())) or 0,
    }


def list_portfolio(
    session: Session,
    caller: Principal,
    stage: str | None,
    silent: bool,
    cursor: str | None,
    limit: int,
    now: datetime,
) -> Page[dict[str, Any]]:
    """A page of the running défis that the caller accompanies, those in which nothing happened for longest first.

    With `silent`, those only in which nothing happened for thirty days. Raises `Forbidden`.
    """
    _require_companion(caller)
    mine = accompanied_by(caller, database_of(session).owner)
    listing = f"portfolio:{stage or ''}:{silent}"
    after = decode_cursor(listing, cursor, datetime.fromisoformat, UUID)
    query = select(Defi).where(mine, Defi.state.in_(RUNNING)).order_by(Defi.changed_at, Defi.id)
    if stage is not None:
        query = query.where(Defi.stage == stage)
    if silent:
        query = query.where(*_silent(now))
    if after is not None:
        query = query.where(tuple_(Defi.changed_at, Defi.id) > after)
    rows = session.scalars(query.limit(limit + 1)).all()
    found = page(listing, rows, limit, lambda row: (row.changed_at.isoformat(), str(row.id)))
    return Page(_listed(session, found.items), found.next)


_SHOWN: Final = 50


def _requests(mine: ColumnElement[bool], *wanted: Any) -> Select[Any]:
    """`wanted` of the requests to join running défis of `mine` that no core group has answered."""
    asked = Defi.state.in_(RUNNING), Member.state == "requested"
    return select(*wanted).select_from(Member).join(Defi, Defi.id == Member.defi_id).where(mine, *asked)


def _unanswered(session: Session, mine: ColumnElement[bool]) -> list[tuple[Defi, int, datetime]]:
    """The défis in which somebody waits to be let in, the longest first, with how many do and since when."""
    since = func.min(Member.asked_at)
    found = (
        _requests(mine, Defi, func.count(), since).group_by(Defi.id).order_by(since, Defi.id).limit(_SHOWN)
    )
    return [(defi, waiting, asked_at) for defi, waiting, asked_at in session.execute(found)]


def _require_companion(caller: Principal) -> None:
    if not (caller.has(EBV) or caller.has(STAFF)):
        raise Forbidden(
            "access.companion", N_("Only the EBV of this territory or the operator can decide this.")
        )


def _part_of(caller: Principal) -> Any:
    return (
        select(Member.id)
        .where(Member.defi_id == Defi.id, Member.subject == caller.subject, Member.state == "active")
        .exists()
    )


def _silent(now: datetime) -> tuple[Any, Any]:
    return Defi.state.in_(RUNNING), Defi.changed_at < now - SILENT_AFTER


def _listed(session: Session, defis: Sequence[Defi]) -> list[dict[str, Any]]:
    return [
        item | {"submitted_at": defi.submitted_at, "changed_at": defi.changed_at}
        for item, defi in zip(summaries(session, defis), defis, strict=True)
    ]


def _gate(gate: Gate) -> dict[str, Any]:
    return {
        "id": gate.id,
        "stage": gate.stage,
        "state": gate.state,
        "asked_at": gate.asked_at,
        "appealed_at": gate.appealed_at,
    }
