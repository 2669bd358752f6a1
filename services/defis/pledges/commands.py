"""Offering something to a défi, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.ids import uuid7
from libs.chassis.limits import count_against_limit
from libs.chassis.messages import N_
from libs.chassis.outbox import record
from libs.chassis.tokens import Principal
from libs.contracts.defis import PledgeOffered
from services.defis.base import rows_changed
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import State as DefiState
from services.defis.challenges.rules import check_running
from services.defis.gates.queries import committed_people
from services.defis.notices import Notice, core_of, notify
from services.defis.pledges.models import Pledge
from services.defis.pledges.rules import (
    HOUR,
    MOST_PER_HOUR,
    OPEN,
    Decision,
    State,
    after,
    check_decider,
    check_pledge,
)
from services.defis.pledges.rules import Kind as PledgeKind
from services.defis.timeline.commands import keep
from services.defis.timeline.queries import count_entries
from services.defis.timeline.rules import Kind
from services.defis.visibility import find_defi

_KEPT_AS: Final[Mapping[State, Kind]] = {
    State.ACCEPTED: Kind.PLEDGE_ACCEPTED,
    State.FULFILLED: Kind.PLEDGE_FULFILLED,
    State.LAPSED: Kind.PLEDGE_LAPSED,
    State.WITHDRAWN: Kind.PLEDGE_WITHDRAWN,
}
_TOLD_AS: Final[Mapping[State, Notice]] = {
    State.ACCEPTED: Notice.PLEDGE_ACCEPTED,
    State.FULFILLED: Notice.PLEDGE_FULFILLED,
    State.LAPSED: Notice.PLEDGE_LAPSED,
    State.WITHDRAWN: Notice.PLEDGE_WITHDRAWN,
}


def offer(
    session: Session, defi_id: UUID, caller: Principal, fields: Mapping[str, Any], now: datetime
) -> Pledge:
    """Offer something to a published défi; its core group is told.

    Raises `NotFound`, `Conflict` unless it is published, `Invalid` on a pledge that does not hold together, `TooMany`.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    check_running(DefiState(defi.state))
    check_pledge(
        PledgeKind(fields["kind"]),
        amount_cents=fields["amount_cents"],
        hours=fields["hours"],
        valid_until=fields["valid_until"],
        today=now.date(),
    )
    count_against_limit(session, "pledges", str(caller.subject), most=MOST_PER_HOUR, per=HOUR, now=now)
    pledge = Pledge(
        id=uuid7(), defi_id=defi.id, subject=caller.subject, state=State.OFFERED, offered_at=now, **fields
    )
    session.add(pledge)
    session.flush()
    committed = committed_people(session, [defi.id])[defi.id]
    keep(session, defi, Kind.PLEDGE_OFFERED, standing, now, kind=pledge.kind, committed=committed)
    offered = count_entries(session, defi.id, Kind.PLEDGE_OFFERED)
    record(session, PledgeOffered(defi_id=defi.id, kind=pledge.kind, committed=committed, offered=offered))
    notify(session, core_of(session, defi), Notice.PLEDGE_OFFERED, defi, but=caller.subject, **_facts(pledge))
    return pledge


def decide(
    session: Session, defi_id: UUID, pledge_id: UUID, caller: Principal, decision: Decision, now: datetime
) -> Pledge:
    """Accept a pledge, say it was fulfilled, let it lapse, or withdraw one's own; the other side is told.

    Raises `NotFound` for a pledge that the caller may not know of, `Forbidden`, `Conflict` where its state forbids it.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    pledge = session.scalar(select(Pledge).where(Pledge.id == pledge_id, Pledge.defi_id == defi.id))
    own = pledge is not None and pledge.subject == caller.subject
    if pledge is None or not (own or standing.in_core or standing.accompanies):
        raise NotFound("pledge.unknown", N_("This défi has no such pledge."))
    check_decider(decision, standing, own=own)
    pledge.state, pledge.decided_at = after(State(pledge.state), decision), now
    keep(session, defi, _KEPT_AS[State(pledge.state)], standing, now, pledge=str(pledge.id), kind=pledge.kind)
    _tell(session, defi, pledge, but=caller.subject)
    return pledge


def lapse_overdue(session: Session, now: datetime) -> None:
    """Scheduled job: let the pledges lapse whose last day has passed; who gave them is told."""
    overdue = (
        select(Pledge, Defi)
        .join(Defi, Defi.id == Pledge.defi_id)
        .where(Pledge.state.in_(OPEN), Pledge.valid_until < now.date())
        # What somebody is deciding about at this instant waits for the next run.
        .with_for_update(of=(Defi, Pledge), skip_locked=True)
        .order_by(Pledge.defi_id, Pledge.id)
        .limit(100)
    )
    for pledge, defi in session.execute(overdue).all():
        pledge.state, pledge.decided_at = State.LAPSED, now
        keep(session, defi, Kind.PLEDGE_LAPSED, None, now, pledge=str(pledge.id), kind=pledge.kind)
        _tell(session, defi, pledge)


def forget_pledges(session: Session, subject: UUID, now: datetime) -> dict[str, int]:
    """Of somebody who is erased, what was fulfilled stays as a figure; the rest goes, and core groups are told.

    The caller holds the défis.
    """
    counted_on = session.execute(
        select(Pledge, Defi)
        .join(Defi, Defi.id == Pledge.defi_id)
        .where(Pledge.subject == subject, Pledge.state.in_(OPEN))
        .order_by(Pledge.defi_id, Pledge.id)
    ).all()
    for pledge, defi in counted_on:
        keep(session, defi, Kind.PLEDGE_WITHDRAWN, None, now, **_facts(pledge))
        told = core_of(session, defi)
        notify(session, told, Notice.PLEDGE_WITHDRAWN, defi, but=subject, **_facts(pledge))
    mine = Pledge.subject == subject
    nobody = {"subject": None, "name": None, "contact": None, "description": None}
    kept = update(Pledge).where(mine, Pledge.state == State.FULFILLED).values(nobody)
    return {
        "pledges_anonymised": rows_changed(session, kept),
        "pledges_deleted": rows_changed(session, delete(Pledge).where(mine)),
    }


def _tell(session: Session, defi: Defi, pledge: Pledge, but: UUID | None = None) -> None:
    """The giver hears what the group decided; the core group hears of what is withdrawn."""
    told: list[UUID] = [pledge.subject] if pledge.subject else []
    if pledge.state == State.WITHDRAWN:
        told = core_of(session, defi)
    notify(session, told, _TOLD_AS[State(pledge.state)], defi, but=but, **_facts(pledge))


def _facts(pledge: Pledge) -> dict[str, Any]:
    return {"pledge": str(pledge.id), "kind": pledge.kind}
