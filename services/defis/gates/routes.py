"""Gates over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from libs.chassis.web import Blueprint, account, caller_or_none, extension, principal, public, transaction
from services.defis.gates import commands, queries
from services.defis.gates.schemas import (
    GATE,
    AppealSchema,
    AskSchema,
    GateDecisionSchema,
    GatesSchema,
    OutlookSchema,
)

blueprint = Blueprint("gates", __name__, url_prefix="/v1/defis", description="From one stage to the next.")


@blueprint.get("/<uuid:defi_id>/gate")
@public
@blueprint.response(200, OutlookSchema())
def show_outlook(defi_id: UUID) -> Any:
    """What the next stage takes, and what is there of it."""
    with transaction() as session:
        return queries.show_outlook(session, defi_id, caller_or_none(), _needed())


@blueprint.get("/<uuid:defi_id>/gates")
@account
@blueprint.response(200, GatesSchema())
def list_gates(defi_id: UUID) -> Any:
    """Every asking, with its answer, for the défi's people and the operator's."""
    with transaction() as session:
        return {"items": queries.list_gates(session, defi_id, principal())}


@blueprint.post("/<uuid:defi_id>/gates")
@account
@blueprint.arguments(AskSchema())
@blueprint.response(201, GATE)
def ask(asked: dict[str, Any], defi_id: UUID) -> Any:
    """Ask for the next stage; refused with each thing that is missing."""
    with transaction() as session:
        now = datetime.now(UTC)
        gate = commands.ask(session, defi_id, principal(), needed=_needed(), now=now, **asked)
        return queries.show_gate(session, gate, principal())


@blueprint.post("/<uuid:defi_id>/gates/<uuid:gate_id>/decision")
@account
@blueprint.arguments(GateDecisionSchema())
@blueprint.response(200, GATE)
def decide(decision: dict[str, Any], defi_id: UUID, gate_id: UUID) -> Any:
    """Confirm or refuse, as the EBV; confirm or uphold the refusal on appeal, as the operator."""
    with transaction() as session:
        gate = commands.decide(
            session,
            defi_id,
            gate_id,
            principal(),
            needed=_needed(),
            now=datetime.now(UTC),
            **decision,
        )
        return queries.show_gate(session, gate, principal())


@blueprint.post("/<uuid:defi_id>/gates/<uuid:gate_id>/appeal")
@account
@blueprint.arguments(AppealSchema())
@blueprint.response(200, GATE)
def appeal(appeal: dict[str, str], defi_id: UUID, gate_id: UUID) -> Any:
    """Appeal to the operator against a refusal."""
    with transaction() as session:
        now = datetime.now(UTC)
        gate = commands.appeal(session, defi_id, gate_id, principal(), appeal["appeal"], now)
        return queries.show_gate(session, gate, principal())


def _needed() -> int:
    """How many people must be committed at this operator."""
    return cast(int, extension("defis.settings").committed_people)
