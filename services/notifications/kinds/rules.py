"""What a notice can be about: its sentence, what may be said besides, and how it is mailed unless its reader chose.

A kind lists the facts that it says, and nothing else that a publisher sends is kept or shown: so no notice can come to
state a vote, a side, or a text that somebody wrote to be read elsewhere.

A sentence is English, marked for translation, as in `libs.chassis.errors`; « say » means a message and its places.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

LONGEST_TITLE = 200
_TELLABLE = range(1900, 2200)
"""Years. A time at the ends of what Python holds overflows when it is told in another zone."""
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,19}\Z")
_REFERENCE = re.compile(
    r"(?P<kind>[a-z_]{1,20}):(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z0-9][a-z0-9-]{0,79})\Z"
)

Say = tuple[str, dict[str, Any]]
"""A message and what goes into its places: times that are still to be worded."""


class Level(StrEnum):
    """How somebody receives a kind of notice by mail. In the inbox of the site it is there in any case."""

    NONE = "none"
    DAILY = "daily"
    AT_ONCE = "at_once"


@dataclass(frozen=True, slots=True)
class Coded:
    """A fact that is a code, or a list of codes, each with a sentence of its own. Other codes are not said."""

    fact: str
    sentences: Mapping[str, str]

    def clean(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The codes that are known here."""
        given = facts.get(self.fact)
        codes = given if isinstance(given, list) else [given]
        known = [code for code in codes if isinstance(code, str) and code in self.sentences]
        return {self.fact: list(dict.fromkeys(known))} if known else {}

    def said(self, facts: Mapping[str, Any]) -> Iterator[Say]:
        """A sentence for each code."""
        for code in facts.get(self.fact, ()):
            yield self.sentences[code], {}


@dataclass(frozen=True, slots=True)
class Timed:
    """A fact that is a time, and the sentence with a place of the same name; left out unless the time is sound."""

    fact: str
    sentence: str

    def clean(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The time, where it is one and has its zone."""
        given = facts.get(self.fact)
        return {self.fact: given} if _is_time(given) else {}

    def said(self, facts: Mapping[str, Any]) -> Iterator[Say]:
        """The sentence, if its time was kept."""
        if self.fact in facts:
            yield self.sentence, {self.fact: datetime.fromisoformat(facts[self.fact])}


@dataclass(frozen=True, slots=True)
class Named:
    """A fact that is the public code of something, and the sentence with a place of the same name."""

    fact: str
    sentence: str

    def clean(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The code, where it is a short one of letters and digits: never an id, nor a text."""
        given = facts.get(self.fact)
        return {self.fact: given} if isinstance(given, str) and _NAME.match(given) else {}

    def said(self, facts: Mapping[str, Any]) -> Iterator[Say]:
        """The sentence, if its code was kept."""
        if self.fact in facts:
            yield self.sentence, {self.fact: facts[self.fact]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of notice.

    `headline` is the subject of its mail and the heading of its item; `sentence` says it in full. `title_in_subject`
    is false where the title would tell, on a locked screen, what its reader thinks.
    """

    code: str
    group: str
    default: Level
    headline: str
    sentence: str
    details: tuple[Coded | Timed | Named, ...] = ()
    title_in_subject: bool = True


def clean_facts(kind: Kind, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of the facts that a publisher sent."""
    kept: dict[str, Any] = {}
    for detail in kind.details:
        kept |= detail.clean(facts)
    return kept


def details_of(kind: Kind, facts: Mapping[str, Any]) -> list[Say]:
    """What `kind` says besides its sentence, from facts that `clean_facts` left."""
    return [say for detail in kind.details for say in detail.said(facts)]


def clean_title(title: str) -> str:
    """A title on one line, without controls, invisible or direction-turning characters, of `LONGEST_TITLE` at most."""
    visible = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", title)
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    line = " ".join(visible.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def path_of(owner: str, reference: str) -> str:
    """Where on the site the object of a notice is seen; the inbox itself for what has no page."""
    found = _REFERENCE.match(reference)
    if found is None or not re.fullmatch(r"[a-z][a-z0-9]{1,15}", owner):
        return "/notices"
    match found["kind"]:
        case "defi":
            return f"/defis/{owner}/{found['id']}"
        case "proposal":
            return "/account/proposals"
        case "consultation":
            return f"/consultations/{found['id']}"
        case "results":
            return f"/consultations/{found['id']}/results"
        case "workshop":
            return f"/workshops/{found['id']}"
        case "action":
            return f"/actions/{found['id']}"
        case _:
            return "/notices"


def _is_time(value: Any) -> bool:
    """Whether it is a time with its zone, and one that every calendar of the platform can tell."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return False
    return moment is not None and moment.tzinfo is not None and moment.year in _TELLABLE
