"""How a proposal is decided, and by whom.

    pending   → accepted | refused | postponed
    postponed → accepted | refused
    accepted  → refused

A moderator may come back on an accepted proposal, with a reason; the votes it received are kept, and it is shown no
more. What is refused stays refused: its author was told, and may propose again. What is archived is decided no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from libs.chassis.errors import Conflict, FieldError, Forbidden, Invalid, Sentence
from libs.chassis.messages import N_
from libs.chassis.tokens import Grant

ROLE: Final = "moderator"

HELD_FOR: Final = timedelta(minutes=15)
"""How long a proposal is kept for the moderator who took it. Then anyone may take it, so that no closed laptop
keeps an author waiting."""

LONGEST_NOTE: Final = 500

_CAUSE: Final = "cause:"
_CAUSE_SCOPE: Final = re.compile(_CAUSE + "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Decision(StrEnum):
    """What a moderator may decide."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    POSTPONE = "postpone"


class Reason(StrEnum):
    """Why a proposal is refused: the twelve published reasons."""

    INCOMPREHENSIBLE = "incomprehensible"
    OFF_TOPIC = "off_topic"
    PARTISAN = "partisan"
    ILLEGAL = "illegal"
    ADVERTISING = "advertising"
    SEVERAL_IDEAS = "several_ideas"
    WRONG_LANGUAGE = "wrong_language"
    RUDE = "rude"
    OUT_OF_SCOPE = "out_of_scope"
    ALREADY_EXISTS = "already_exists"
    TEST = "test"
    OTHER = "other"


IN_QUEUE: Final = "pending"
"""What waits in the queue. A postponed proposal left it: it is decided by whoever looks it up."""

TRANSITIONS: Final[Mapping[tuple[str, Decision], str]] = {
    ("pending", Decision.ACCEPT): "accepted",
    ("pending", Decision.REFUSE): "refused",
    ("pending", Decision.POSTPONE): "postponed",
    ("postponed", Decision.ACCEPT): "accepted",
    ("postponed", Decision.REFUSE): "refused",
    ("accepted", Decision.REFUSE): "refused",
}

_ALREADY: Final = {
    "pending": N_("This proposal still waits to be decided."),
    "accepted": N_("This proposal is accepted already; it can only be refused."),
    "refused": N_("This proposal was refused, and its author was told: that stands."),
    "postponed": N_("This proposal is postponed already; it can be accepted or refused."),
    "archived": N_("This proposal is archived: nothing more is decided on it."),
}


@dataclass(frozen=True, slots=True)
class Hold:
    """A proposal kept for a moderator until a time."""

    moderator: UUID
    until: datetime

    def binds(self, moderator: UUID, now: datetime) -> bool:
        """Whether it keeps `moderator` from deciding now."""
        return self.moderator != moderator and now < self.until


def scopes_over(cause_id: UUID | None) -> tuple[str, ...]:
    """The scopes in which a role reaches a consultation of that cause; one without cause is the coalition's own."""
    return ("coalition",) if cause_id is None else ("coalition", f"{_CAUSE}{cause_id}")


def causes_of(grants: Iterable[Grant]) -> set[UUID]:
    """The causes that these grants let one moderate."""
    return {
        UUID(grant.scope.removeprefix(_CAUSE))
        for grant in grants
        if grant.role == ROLE and _CAUSE_SCOPE.fullmatch(grant.scope)
    }


def decided(state: str, decision: Decision) -> str:
    """The state that follows. Raises `Conflict` where that cannot be decided from this state."""
    try:
        return TRANSITIONS[state, decision]
    except KeyError:
        raise Conflict(f"moderation.{state}", _ALREADY[state]) from None


def check_reason(decision: Decision, reason: Reason | None) -> None:
    """Raise `Invalid` on the field `reason` unless a refusal, and nothing else, has one."""
    if decision is Decision.REFUSE and reason is None:
        raise _wrong_reason(
            "moderation.reason_missing", N_("A refusal needs a reason: its author will read it.")
        )
    if decision is not Decision.REFUSE and reason is not None:
        raise _wrong_reason("moderation.reason_unexpected", N_("Only a refusal has a reason."))


def check_moderator(moderator: UUID, author: UUID | None, hold: Hold | None, now: datetime) -> None:
    """Raise `Forbidden` on one's own proposal, `Conflict` on one that another moderator holds."""
    if author == moderator:
        raise Forbidden(
            "moderation.own_proposal", N_("You made this proposal: another moderator will decide on it.")
        )
    if hold is not None and hold.binds(moderator, now):
        raise Conflict("moderation.held", N_("Another moderator is reading this proposal."))


def _wrong_reason(code: str, message: str) -> Invalid:
    return Invalid(code, message, errors=(FieldError("reason", Sentence(message)),))
