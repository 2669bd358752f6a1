"""What the pages ask of an operator about passing from one stage to the next. Each raises `ServiceProblem`."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from gateway.clients.operators import call, get
from gateway.services import Json, ServiceProblem


def gates(operator: str, defi_id: UUID) -> list[Json]:
    """Every asking of a défi, the latest first; for its members and who accompanies it."""
    return cast("list[Json]", get(operator, f"/defis/{defi_id}/gates")["items"])


def ask(operator: str, defi_id: UUID, evidence: Json) -> None:
    """Ask for the next stage. A refusal's `fields` name the conditions that are missing."""
    try:
        call(operator, "POST", f"/defis/{defi_id}/gates", json={"evidence": evidence})
    except ServiceProblem as problem:
        problem.fields = {name.removeprefix("evidence."): words for name, words in problem.fields.items()}
        raise


def decide(operator: str, defi_id: UUID, gate_id: UUID, decision: Json) -> None:
    """Confirm or refuse; on appeal, confirm or uphold the refusal: `{decision, reasons?, note?}`."""
    call(operator, "POST", f"/defis/{defi_id}/gates/{gate_id}/decision", json=decision)


def appeal(operator: str, defi_id: UUID, gate_id: UUID, text: str) -> None:
    """Appeal to the operator against a refusal."""
    call(operator, "POST", f"/defis/{defi_id}/gates/{gate_id}/appeal", json={"appeal": text})
