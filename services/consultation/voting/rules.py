"""What a vote may say: a choice, and up to three qualifiers of that side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import IntEnum
from typing import Final

from libs.chassis.errors import FieldError, Invalid, Sentence
from libs.chassis.messages import N_
from services.consultation.scoring.rules import QUALIFIER_KEYS, VOTE_KEYS, QualifierKey, VoteKey

CHOICES: Final[tuple[VoteKey, ...]] = VOTE_KEYS
MOST_QUALIFIERS: Final = 3

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


def _invalid(code: str, message: str, **places: object) -> Invalid:
    return Invalid(code, message, errors=[FieldError("qualifiers", Sentence(message, **places))], **places)
