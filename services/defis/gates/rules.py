"""What it takes to pass from one stage to the next.

To Cré'action: at least one debate held and reported, and at least N people committed. *Committed* is a distinct person
who is active in the core group (its porteur included) or has a pledge that stands: offered, accepted or fulfilled.
Somebody who is both counts once; a plain member, a pledge that lapsed or was withdrawn, and somebody whose account was
erased do not count.

To Activ'action: a charter adopted, an experiment learned from, a task done. The porteur states each in writing and the
EBV confirms it.

    asked → confirmed | refused (with reasons)
    refused → appealed → confirmed | upheld, by the operator's staff
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from libs.chassis.errors import Conflict, FieldError, Forbidden, Invalid, Sentence
from libs.chassis.messages import N_
from services.defis.challenges.rules import Stage

LONGEST_EVIDENCE: Final = 2000


class State(StrEnum):
    """What became of an asking."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    APPEALED = "appealed"
    UPHELD = "upheld"


class Decision(StrEnum):
    """What is done about it. `uphold` is the operator's answer to an appeal that fails."""

    CONFIRM = "confirm"
    REFUSE = "refuse"
    APPEAL = "appeal"
    UPHOLD = "uphold"


class Reason(StrEnum):
    """Why a gate is refused, though what can be counted is there."""

    DEBATE_NOT_OPEN = "debate_not_open"
    REPORT_TOO_THIN = "report_too_thin"
    COMMITMENTS_UNCLEAR = "commitments_unclear"
    BENEFICIARIES_UNCLEAR = "beneficiaries_unclear"
    EVIDENCE_INSUFFICIENT = "evidence_insufficient"
    SAFETY = "safety"
    OTHER = "other"


UNDECIDED: Final = (State.ASKED, State.APPEALED)
STATED: Final = ("charter", "experiment", "task")
"""What the porteur states in writing for Activ'action."""

TRANSITIONS: Final[Mapping[tuple[State, Decision], State]] = {
    (State.ASKED, Decision.CONFIRM): State.CONFIRMED,
    (State.ASKED, Decision.REFUSE): State.REFUSED,
    (State.REFUSED, Decision.APPEAL): State.APPEALED,
    (State.APPEALED, Decision.CONFIRM): State.CONFIRMED,
    (State.APPEALED, Decision.UPHOLD): State.UPHELD,
}

_NOT_NOW: Final[Mapping[State, str]] = {
    State.ASKED: N_("This gate waits to be decided."),
    State.CONFIRMED: N_("This gate was confirmed already."),
    State.REFUSED: N_("This gate was refused: the porteur may appeal, or ask again."),
    State.APPEALED: N_("The operator will decide on the appeal about this gate."),
    State.UPHELD: N_("The operator upheld the refusal of this gate."),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing a gate asks for: how many there are, how many it takes."""

    code: str
    have: int
    need: int

    @property
    def met(self) -> bool:
        """Whether there is enough."""
        return self.have >= self.need


_MISSING: Final[Mapping[str, str]] = {
    "debates": N_("At least one debate must be held and reported."),
    "committed": N_("People committed: {have} of the {need} it takes."),
    "charter": N_("State how the charter was adopted."),
    "experiment": N_("State what was learned from an experiment."),
    "task": N_("State which task was done."),
}


def conditions(
    stage: Stage, *, debates: int, committed: int, needed: int, evidence: Mapping[str, str] | None = None
) -> list[Condition]:
    """The conditions of the gate to `stage`: what was counted against what it takes."""
    if stage is Stage.CREACTION:
        return [Condition("debates", debates, 1), Condition("committed", committed, needed)]
    stated = evidence or {}
    return [Condition(code, int(bool(stated.get(code))), 1) for code in STATED]


def check_conditions(found: Sequence[Condition]) -> None:
    """Raise `Conflict` naming each condition that is not met, with how far it is from it."""
    missing = [
        FieldError(condition.code, Sentence(_MISSING[condition.code], **_places(condition)))
        for condition in found
        if not condition.met
    ]
    if missing:
        raise Conflict(
            "gate.conditions_missing", N_("Something is still missing for this stage."), errors=missing
        )


def figures(found: Sequence[Condition]) -> dict[str, Any]:
    """What was counted, to be kept with the asking."""
    return {condition.code: {"have": condition.have, "need": condition.need} for condition in found}


def after(state: State, decision: Decision) -> State:
    """The state that follows. Raises `Conflict` where that cannot be decided in this state."""
    try:
        return TRANSITIONS[state, decision]
    except KeyError:
        raise Conflict(f"gate.{state}", _NOT_NOW[state]) from None


def check_reasons(decision: Decision, reasons: Collection[Reason]) -> None:
    """Raise `Invalid` on the field `reasons` unless a refusal, and nothing else, has some."""
    if decision is Decision.REFUSE and not reasons:
        raise _wrong_reasons(N_("A refusal needs at least one reason: the group will read it."))
    if decision is not Decision.REFUSE and reasons:
        raise _wrong_reasons(N_("Only a refusal has reasons."))


def check_other_judge(refused_by: UUID | None, judge: UUID | None) -> None:
    """Raise `Forbidden` when an appeal would be judged by whoever refused."""
    if refused_by is not None and refused_by == judge:
        raise Forbidden("gate.own_refusal", N_("You refused this gate: somebody else decides on the appeal."))


def _places(condition: Condition) -> dict[str, int]:
    return {"have": condition.have, "need": condition.need} if condition.code == "committed" else {}


def _wrong_reasons(message: str) -> Invalid:
    return Invalid("gate.reasons", message, errors=(FieldError("reasons", Sentence(message)),))
