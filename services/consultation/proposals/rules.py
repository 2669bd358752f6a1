"""What a text must be to become a proposal, before any moderator reads it.

A proposal is one sentence that begins with the consultation's prefix (« Il faut ») and stays within its length, prefix
included. The prefix is compared leniently (case, the shape of the apostrophe) and written as the consultation
writes it; everything else is kept as its author typed it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from libs.chassis.errors import Conflict, FieldError, Invalid, Sentence
from libs.chassis.messages import N_

LISTED = "accepted"
"""What is put to the vote and listed."""
PUBLIC_STATES = ("accepted", "archived")
"""What anyone may read: an archived proposal is put to no vote, but its result still refers to it."""
UNDECIDED = ("pending", "postponed")

LONGEST_INPUT = 1000
"""Characters read at all. A consultation's own length is checked by `checked_text`, with a sentence of its own."""

MOST_PER_HOUR = 20
"""Proposals that one account may make in an hour: more than any person writes, fewer than a script would."""
HOUR = timedelta(hours=1)

# Seen by nobody, they would make a text of nothing reach the shortest length.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_SPACES = re.compile(r"\s{2,}")
_SAME = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "\u00a0": " ", "\u202f": " "})
_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRules:
    """What a consultation asks of a text: how it begins (perhaps with nothing) and its characters, both included."""

    prefix: str
    shortest: int
    longest: int


def checked_text(text: str, rules: TextRules) -> str:
    """The text as it will be kept. Raises `Invalid` on the field `text` with the one thing to correct first."""
    text = _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()
    if rules.prefix:
        text = _with_prefix(text, rules.prefix)
    if len(text) < rules.shortest:
        raise _invalid(
            "proposal.too_short",
            N_("A proposal has at least {shortest} characters; this one has {length}."),
            shortest=rules.shortest,
            length=len(text),
        )
    if len(text) > rules.longest:
        raise _invalid(
            "proposal.too_long",
            N_("A proposal has at most {longest} characters; this one has {length}."),
            longest=rules.longest,
            length=len(text),
        )
    return text


def check_language(language: str, languages: Sequence[str]) -> None:
    """Raise `Invalid` on the field `language` unless it is one of the consultation's."""
    if language not in languages:
        raise Invalid(
            "proposal.language",
            N_("This consultation is not held in that language."),
            errors=(
                FieldError(
                    "language", Sentence(N_("Must be one of: {choices}."), choices=", ".join(languages))
                ),
            ),
        )


def same_words(text: str) -> str:
    """What two texts share when they say the same: their words, whatever the case, spaces and punctuation."""
    return _NOT_WORDS.sub(" ", text.casefold()).strip()


def without_prefix(text: str, prefix: str) -> str:
    """What the text says after the prefix; the whole text where it does not begin with it."""
    return text[len(prefix) :].strip() if _begins_with(text, prefix) else text


def check_not_repeated(text: str, undecided: Mapping[UUID, str]) -> None:
    """Raise `Conflict` if it says the same as one of its author's proposals that wait for a moderator, by id."""
    for proposal_id, other in undecided.items():
        if same_words(text) == same_words(other):
            raise Conflict(
                "proposal.repeated",
                N_("You made this proposal already, and it waits for a moderator: {address}"),
                address=f"/api/consultation/v1/proposals/{proposal_id}",
            )


def _with_prefix(text: str, prefix: str) -> str:
    if not _begins_with(text, prefix):
        raise _invalid("proposal.prefix_missing", N_("A proposal begins with “{prefix}”."), prefix=prefix)
    rest = text[len(prefix) :]
    if not any(character.isalnum() for character in rest):
        raise _invalid("proposal.prefix_only", N_("Say after “{prefix}” what should be done."), prefix=prefix)
    return prefix + rest


def _begins_with(text: str, prefix: str) -> bool:
    """Whether it stands at the start as whole words: « Il fautdrait » does not begin with « Il faut »."""
    start, rest = text[: len(prefix)], text[len(prefix) :]
    same = start.translate(_SAME).lower() == prefix.translate(_SAME).lower()
    return same and not (prefix[-1:].isalnum() and rest[:1].isalnum())


def _invalid(code: str, message: str, **places: object) -> Invalid:
    return Invalid(code, message, errors=(FieldError("text", Sentence(message, **places)),), **places)
