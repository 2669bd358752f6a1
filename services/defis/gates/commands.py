"""Asking for the next stage, and deciding on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from libs.chassis.errors import Conflict, NotFound
from libs.chassis.ids import uuid7
from libs.chassis.messages import N_
from libs.chassis.outbox import record
from libs.chassis.tokens import Principal
from libs.contracts.defis import StageChanged
from services.defis.base import rows_changed
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import Stage, check_running, next_stage, theme_codes
from services.defis.challenges.rules import State as DefiState
from services.defis.gates.models import Gate
from services.defis.gates.queries import count_conditions
from services.defis.gates.rules import (
    UNDECIDED,
    Decision,
    Reason,
    State,
    after,
    check_conditions,
    check_other_judge,
    check_reasons,
    figures,
)
from services.defis.notices import Notice, core_of, notify, people_of
from services.defis.standing import Standing
from services.defis.timeline.commands import keep
from services.defis.timeline.rules import Kind
from services.defis.visibility import find_defi


def ask(
    session: Session,
    defi_id: UUID,
    caller: Principal,
    *,
    evidence: Mapping[str, str],
    needed: int,
    now: datetime,
) -> Gate:
    """Ask for the next stage, as the porteur. `needed` people must be committed; `evidence` is what is stated.

    Raises `NotFound`, `Forbidden`, `Conflict`: with one error for each condition that is missing, when it was asked
    already, when there is no stage after this one, or unless the défi is published.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    standing.require_porteur()
    check_running(DefiState(defi.state))
    stage = next_stage(Stage(defi.stage))
    if stage is None:
        raise Conflict("gate.last_stage", N_("This défi is at its last stage."))
    _check_none_undecided(session, defi)
    found = count_conditions(session, defi, stage, needed, evidence)
    check_conditions(found)
    gate = Gate(
        id=uuid7(),
        defi_id=defi.id,
        stage=stage,
        state=State.ASKED,
        evidence=dict(evidence),
        figures=figures(found),
        asked_by=caller.subject,
        asked_at=now,
        reasons=[],
    )
    session.add(gate)
    keep(session, defi, Kind.GATE_ASKED, standing, now, gate=str(gate.id), stage=stage)
    session.flush()
    return gate


def decide(
    session: Session,
    defi_id: UUID,
    gate_id: UUID,
    caller: Principal,
    *,
    decision: Decision,
    reasons: Sequence[Reason],
    note: str | None,
    needed: int,
    now: datetime,
) -> Gate:
    """Confirm a gate, refuse it with reasons or, on appeal, uphold the refusal.

    The EBV of the territory decides, another one or the operator's staff where the EBV is part of the défi; an appeal
    is the staff's alone, and not that of whoever refused. Of two who decide at once, the second is told so.
    Raises `NotFound`, `Forbidden`, `Conflict` (decided already; conditions no longer met), `Invalid` on the reasons.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    gate = _get_gate(session, defi, gate_id, standing)
    _check_judge(gate, standing)
    state = after(State(gate.state), decision)
    check_running(DefiState(defi.state))
    check_reasons(decision, reasons)
    if decision is Decision.CONFIRM:
        check_conditions(count_conditions(session, defi, Stage(gate.stage), needed, gate.evidence))
    _write(gate, state, caller.subject, reasons, note, now)
    if state is State.CONFIRMED:
        _enter(session, defi, gate, standing, now)
    else:
        _tell_refused(session, defi, gate, standing, now, note)
    return gate


def _check_judge(gate: Gate, standing: Standing) -> None:
    """The EBV or the staff decide; of an appeal, the staff but for whoever refused."""
    if gate.state != State.APPEALED:
        return standing.require_judge()
    standing.require_operator()
    return check_other_judge(gate.decided_by, standing.subject)


def _write(
    gate: Gate, state: State, judge: UUID, reasons: Sequence[Reason], note: str | None, now: datetime
) -> None:
    """Write a decision beside the asking, or beside the appeal that it answers."""
    if gate.state == State.APPEALED:
        gate.appeal_note, gate.appeal_decided_by, gate.appeal_decided_at = note, judge, now
    else:
        gate.reasons, gate.note = [reason.value for reason in reasons], note
        gate.decided_by, gate.decided_at = judge, now
    gate.state = state


def appeal(
    session: Session, defi_id: UUID, gate_id: UUID, caller: Principal, text: str, now: datetime
) -> Gate:
    """Appeal to the operator against a refusal, as the porteur. Raises `NotFound`, `Forbidden`, `Conflict`."""
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    standing.require_porteur()
    gate = _get_gate(session, defi, gate_id, standing)
    state = after(State(gate.state), Decision.APPEAL)
    check_running(DefiState(defi.state))
    _check_none_undecided(session, defi)
    gate.state, gate.appeal, gate.appealed_at = state, text, now
    keep(session, defi, Kind.GATE_APPEALED, standing, now, gate=str(gate.id), stage=gate.stage)
    return gate


def forget_judgements(session: Session, subject: UUID) -> int:
    """Take somebody who is erased, and what they wrote, out of their askings and decisions. Returns of how many."""
    written: tuple[tuple[Any, dict[str, Any]], ...] = (
        (Gate.asked_by, {"asked_by": None, "evidence": {}, "appeal": None}),
        (Gate.decided_by, {"decided_by": None, "note": None}),
        (Gate.appeal_decided_by, {"appeal_decided_by": None, "appeal_note": None}),
    )
    return sum(
        rows_changed(session, update(Gate).where(column == subject).values(values))
        for column, values in written
    )


def _enter(session: Session, defi: Defi, gate: Gate, standing: Standing, now: datetime) -> None:
    """Pass to the stage that was confirmed; everybody in the défi is told, and so are the others."""
    left, defi.stage = defi.stage, gate.stage
    keep(session, defi, Kind.GATE_CONFIRMED, standing, now, gate=str(gate.id), stage=gate.stage)
    record(
        session,
        StageChanged(
            defi_id=defi.id,
            from_stage=left,
            to_stage=gate.stage,
            commune=defi.commune_code or "",
            kind=defi.kind,
            themes=theme_codes(defi.themes),
        ),
    )
    notify(
        session, people_of(session, defi), Notice.GATE_CONFIRMED, defi, gate=str(gate.id), stage=gate.stage
    )


def _tell_refused(
    session: Session, defi: Defi, gate: Gate, standing: Standing, now: datetime, note: str | None
) -> None:
    upheld = gate.state == State.UPHELD
    facts: dict[str, Any] = {"gate": str(gate.id), "stage": gate.stage, "reasons": gate.reasons}
    kind = Kind.GATE_UPHELD if upheld else Kind.GATE_REFUSED
    keep(session, defi, kind, standing, now, reason=note, **facts)
    notice = Notice.GATE_UPHELD if upheld else Notice.GATE_REFUSED
    notify(session, core_of(session, defi), notice, defi, **facts)


def _check_none_undecided(session: Session, defi: Defi) -> None:
    query = select(Gate.id).where(Gate.defi_id == defi.id, Gate.state.in_(UNDECIDED))
    if session.scalar(query) is not None:
        raise Conflict("gate.undecided", N_("This défi has asked already, and waits for the decision."))


def _get_gate(session: Session, defi: Defi, gate_id: UUID, standing: Standing) -> Gate:
    gate = session.scalar(select(Gate).where(Gate.id == gate_id, Gate.defi_id == defi.id))
    if gate is None or not standing.inside:
        raise NotFound("gate.unknown", N_("This défi has asked for no such gate."))
    return gate
