"""What a vote may say (a choice, and up to three qualifiers of that side), and why one is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from libs.chassis.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Problem, Sentence
from libs.chassis.messages import N_
from services.consultation.consultations.rules import refuse_unless_open
from services.consultation.proposals.rules import PUBLIC_STATES
from services.consultation.scoring.rules import QUALIFIER_KEYS, VOTE_KEYS, QualifierKey, VoteKey

CHOICES: Final[tuple[VoteKey, ...]] = VOTE_KEYS
MOST_QUALIFIERS: Final = 3
MOST_IN_A_BATCH: Final = 100

QUALIFIERS: Final[Mapping[VoteKey, tuple[QualifierKey, ...]]] = {
    "agree": QUALIFIER_KEYS[0:3],
    "disagree": QUALIFIER_KEYS[3:6],
    "neutral": QUALIFIER_KEYS[6:9],
}
"""The qualifiers of each side."""


class Provenance(IntEnum):
    """Where a vote was given. Stored as this number, so a number is never given a second meaning."""

    SEQUENCE = 1
    """On the cards, where nobody chose what to vote on."""
    PAGE = 2
    """On the page of the proposal."""
    WIDGET = 3
    """On a page of somebody else's site."""
    PARTNER_LINK = 4
    DESK = 5
    """On a tablet shared at a partner's."""
    AGENT = 6
    """Entered by a field agent for somebody without internet."""
    IMPORT = 7
    """Brought from another platform."""


UNVERIFIED: Final = frozenset({Provenance.AGENT})
"""What does not count as verified until somebody confirms it."""

IN_SEQUENCE: Final = frozenset({Provenance.SEQUENCE, Provenance.IMPORT})
"""Where the platform chose what was voted on. Pol.is, which imports come from, chooses too."""

CHOICE_CODES: Final[Mapping[VoteKey, int]] = {"agree": 1, "disagree": -1, "neutral": 0}
"""How a choice is stored: the number that opinion groups calculate with."""

_BITS: Final[Mapping[QualifierKey, int]] = {key: 1 << place for place, key in enumerate(QUALIFIER_KEYS)}
_CHOICES_BY_CODE: Final = {code: choice for choice, code in CHOICE_CODES.items()}


def check_ballot(choice: VoteKey, qualifiers: Collection[QualifierKey]) -> None:
    """Raise `Invalid` on the field `qualifiers` if they are too many, repeated, or of another side than `choice`."""
    if len(qualifiers) > MOST_QUALIFIERS:
        raise _invalid("vote.too_many_qualifiers", N_("At most {most} qualifiers."), most=MOST_QUALIFIERS)
    if len(set(qualifiers)) < len(qualifiers):
        raise _invalid("vote.qualifier_repeated", N_("Each qualifier is given once."))
    for qualifier in qualifiers:
        if qualifier not in QUALIFIERS[choice]:
            raise _invalid(
                "vote.qualifier_of_other_side",
                N_("The qualifier “{qualifier}” does not go with “{choice}”."),
                qualifier=qualifier,
                choice=choice,
            )


def choice_of(code: int) -> VoteKey:
    """The choice stored as `code`."""
    return _CHOICES_BY_CODE[code]


def mask_of(qualifiers: Iterable[QualifierKey]) -> int:
    """The nine-bit set that `qualifiers` are stored as."""
    mask = 0
    for qualifier in qualifiers:
        mask |= _BITS[qualifier]
    return mask


def qualifiers_of(mask: int) -> tuple[QualifierKey, ...]:
    """The qualifiers stored as `mask`, in the scorer's order."""
    return tuple(key for key, bit in _BITS.items() if mask & bit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database knows of a proposal at the instant somebody votes on it, and whether it was done."""

    place: int
    """Where the vote stood among those sent with it, counted from 1."""
    state: str
    by_caller: bool
    """Whether the voter wrote the proposal, and may therefore know of it before it is accepted."""
    opens_at: datetime
    closes_at: datetime
    archived_at: datetime | None
    now: datetime
    consented: bool
    """Whether the voter's consent stands, to the text's current version."""
    done: bool


def refusal_to_cast(facts: Facts | None) -> Problem | None:
    """Why a vote was not cast, the weightiest reason first; None where it was. `facts` is None for no proposal."""
    if facts is not None and facts.done:
        return None
    if facts is None or not (facts.by_caller or facts.state in PUBLIC_STATES):
        return unknown_proposal()
    if facts.state != "accepted":
        return Conflict("vote.not_accepted", N_("This proposal is not open to votes."))
    return _refusal_for_hours(facts) or Forbidden(
        "vote.consent_missing", N_("Voting needs your consent first: a vote is a political opinion.")
    )


def refusal_to_withdraw(facts: Facts | None) -> Problem | None:
    """Why a vote was not withdrawn; None where it was, or where there was none to withdraw."""
    if facts is not None and facts.done:
        return None
    if facts is None or not (facts.by_caller or facts.state in PUBLIC_STATES):
        return unknown_proposal()
    return _refusal_for_hours(facts)


def unknown_proposal() -> NotFound:
    """There is no such proposal, or the caller may not know of it yet: the two are not told apart."""
    return NotFound("proposal.unknown", N_("There is no such proposal."))


def _refusal_for_hours(facts: Facts) -> Problem | None:
    try:
        refuse_unless_open(facts, facts.now)
    except Problem as problem:
        return problem
    return None


def _invalid(code: str, message: str, **places: object) -> Invalid:
    return Invalid(code, message, errors=[FieldError("qualifiers", Sentence(message, **places))], **places)
