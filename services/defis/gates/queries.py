"""What is counted for a gate, and who may read of its asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from libs.chassis.tokens import Principal
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import Stage, next_stage
from services.defis.gates.models import Gate
from services.defis.gates.rules import UNDECIDED, Condition, conditions
from services.defis.meetings.models import Meeting
from services.defis.pledges.rules import STANDING
from services.defis.standing import Role, Standing
from services.defis.visibility import Seen, find_defi


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a défi still needs for its next stage, and what became of its askings."""

    stage: str | None
    conditions: Sequence[Condition]
    undecided: dict[str, Any] | None


COMMITTED: Final = """
    SELECT count(*) FROM (
        SELECT subject FROM member
        WHERE member.defi_id = asked.id AND member.state = 'active' AND role = ANY(:core)
        UNION
        SELECT subject FROM pledge
        WHERE pledge.defi_id = asked.id AND pledge.state = ANY(:standing) AND subject IS NOT NULL
    ) AS people
"""
"""How many people are committed to the défi `asked.id`: `gates/rules.py` says what that means."""

COMMITTED_BY: Final = {
    "core": [Role.PORTEUR.value, Role.CORE.value],
    "standing": [state.value for state in STANDING],
}
"""What its places are filled with."""

_OF_EACH: Final = "SELECT id, ({committed}) FROM unnest(CAST(:ids AS uuid[])) AS asked (id)"
_COMMITTED_PEOPLE = text(_OF_EACH.format(committed=COMMITTED))


def committed_people(session: Session, defi_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many people are committed to each of these défis."""
    return dict(session.execute(_COMMITTED_PEOPLE, {"ids": list(defi_ids), **COMMITTED_BY}).all())


def debates_reported(session: Session, defi_id: UUID) -> int:
    """How many debates of the défi were held and reported."""
    query = (
        select(func.count())
        .select_from(Meeting)
        .where(Meeting.defi_id == defi_id, Meeting.kind == "debate", Meeting.state == "held")
    )
    return session.scalar(query) or 0


def count_conditions(
    session: Session,
    defi: Defi,
    stage: Stage,
    needed: int,
    evidence: Mapping[str, str] | None = None,
    *,
    committed: int | None = None,
) -> list[Condition]:
    """The conditions of the gate to `stage` as they stand now: `needed` people are asked for, `evidence` is stated.

    `committed` is how many are, where the caller has counted them already.
    """
    counted = stage is Stage.CREACTION
    if counted and committed is None:
        committed = committed_people(session, [defi.id])[defi.id]
    return conditions(
        stage,
        debates=debates_reported(session, defi.id) if counted else 0,
        committed=committed or 0,
        needed=needed,
        evidence=evidence,
    )


def show_outlook(session: Session, defi_id: UUID, caller: Principal | None, needed: int) -> Outlook:
    """What the next gate asks for, as anyone who sees the défi may know. Raises `NotFound`."""
    return outlook_of(session, find_defi(session, defi_id, caller), needed)


def outlook_of(session: Session, seen: Seen, needed: int, *, committed: int | None = None) -> Outlook:
    """What the next gate of a défi asks for; `committed` as for `count_conditions`."""
    defi, standing = seen
    stage = next_stage(Stage(defi.stage))
    if stage is None:
        return Outlook(None, [], None)
    undecided = session.scalar(select(Gate).where(Gate.defi_id == defi.id, Gate.state.in_(UNDECIDED)))
    stated = undecided.evidence if undecided else None
    found = count_conditions(session, defi, stage, needed, stated, committed=committed)
    return Outlook(stage, found, shown(undecided, standing) if undecided else None)


def list_gates(session: Session, defi_id: UUID, caller: Principal) -> list[dict[str, Any]]:
    """Every asking of a défi, the latest first, for its people and the operator's. Raises `NotFound`, `Forbidden`."""
    defi, standing = find_defi(session, defi_id, caller)
    standing.require_inside()
    query = select(Gate).where(Gate.defi_id == defi.id).order_by(Gate.asked_at.desc(), Gate.id.desc())
    return [shown(gate, standing) for gate in session.scalars(query)]


def show_gate(session: Session, gate: Gate, caller: Principal) -> dict[str, Any]:
    """One asking to `caller`, who knows the défi."""
    _, standing = find_defi(session, gate.defi_id, caller)
    return shown(gate, standing)


def shown(gate: Gate, standing: Standing) -> dict[str, Any]:
    """An asking as who has `standing` sees it: what people wrote is for those inside, and nobody is named."""
    return {name: getattr(gate, name) for name in _FACTS} | {
        name: getattr(gate, name) if standing.inside else None for name in _WORDS
    }


_FACTS = ("id", "stage", "state", "figures", "asked_at", "decided_at", "appealed_at", "appeal_decided_at")
_WORDS = ("evidence", "reasons", "note", "appeal", "appeal_note")
