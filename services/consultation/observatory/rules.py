"""What is kept of an operator's news about a défi, and how kept défis are counted.

Operators are other owners: what they say is taken as codes or not at all, so that no free text reaches a public page
through here.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

STAGES: Final = ("informaction", "creaction", "activaction")
KINDS: Final = ("rural", "pavillonnaire", "petite_ville", "metropole")
OUTCOMES: Final = ("completed", "abandoned", "archived")
ORIGINS: Final = ("none", "proposal", "action", "defi")
RUNNING: Final = "running"
STATES: Final = (RUNNING, *OUTCOMES)
"""Where a défi may stand for who reads of it: it runs, or has come to one of its ends."""
UNKNOWN: Final = "unknown"
JOINED: Final = "joined"
OFFERED: Final = "offered"
COUNTED: Final = (JOINED, OFFERED)
"""What is counted of what people do in a défi."""
MOST_TIMES: Final = 1_000_000
"""What no défi reaches: an operator that counts more is mistaken."""
TOLD_IN: Final = 10
"""Figures of what people do are told in tens."""
MOST_THEMES: Final = 20

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_COMMUNE = re.compile(r"(?:\d{2}|2[AB])\d{3}")


@dataclass(frozen=True, slots=True)
class Group:
    """How many défis of one operator are alike. `outcome` is None while they run; `kind` where nobody said it."""

    operator: str
    stage: str
    kind: str | None
    outcome: str | None
    defis: int
    news_at: datetime


@dataclass(frozen=True, slots=True)
class OperatorCount:
    """One operator: its running défis, and the time of the last thing it told."""

    operator: str
    defis: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """Running défis by stage, kind and operator, and how the others ended."""

    running: int
    stages: Mapping[str, int]
    kinds: Mapping[str, int]
    outcomes: Mapping[str, int]
    operators: list[OperatorCount]


def count(groups: Iterable[Group]) -> Counts:
    """The counts over `groups`. Every stage, kind and outcome has a figure, be it 0."""
    stages, kinds = Counter(dict.fromkeys(STAGES, 0)), Counter(dict.fromkeys((*KINDS, UNKNOWN), 0))
    outcomes, running = Counter(dict.fromkeys(OUTCOMES, 0)), Counter[str]()
    since: dict[str, datetime] = {}
    for group in groups:
        since[group.operator] = max(since.get(group.operator, group.news_at), group.news_at)
        if group.outcome is not None:
            outcomes[group.outcome] += group.defis
            continue
        running[group.operator] += group.defis
        stages[group.stage] += group.defis
        kinds[group.kind or UNKNOWN] += group.defis
    operators = [OperatorCount(code, running[code], since[code]) for code in sorted(since)]
    return Counts(running.total(), stages, kinds, outcomes, operators)


@dataclass(frozen=True, slots=True)
class Happened:
    """How often `what` happened in the running défis that are alike."""

    what: str
    stage: str
    kind: str | None
    departement: str | None
    times: int


Told = Mapping[str, int | None]
"""A figure for each of `COUNTED`."""


@dataclass(frozen=True, slots=True)
class TakingPart:
    """What people do in running défis: in the whole country, and by stage, by kind and by département alone."""

    country: Told
    stages: Mapping[str, Told]
    kinds: Mapping[str, Told]
    departements: Mapping[str, Told]


def taking_part(groups: Iterable[Happened]) -> TakingPart:
    """The sums over `groups`, as they may be told. Every stage and kind is named; of départements, those with a figure.

    No figure crosses two of these, and each is rounded: what is left out cannot be found by subtraction.
    """
    country = Counter[str]()
    stages, kinds = (
        {code: Counter[str]() for code in STAGES},
        {code: Counter[str]() for code in (*KINDS, UNKNOWN)},
    )
    departements: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for group in groups:
        place = departements[group.departement or UNKNOWN]
        for counter in (country, stages[group.stage], kinds[group.kind or UNKNOWN], place):
            counter[group.what] += group.times
    return TakingPart(
        _told(country),
        {code: _told(counter) for code, counter in stages.items()},
        {code: _told(counter) for code, counter in kinds.items()},
        {code: _told(counter) for code, counter in departements.items() if any(_told(counter).values())},
    )


def told(times: int) -> int | None:
    """A figure of what people do, rounded down to a ten; None below ten, for none as for nine.

    In a commune of two hundred people neighbours know who joined a group of three, and when.
    """
    return times - times % TOLD_IN or None


def _told(counter: Mapping[str, int]) -> Told:
    return {what: told(counter.get(what, 0)) for what in COUNTED}


def known_kind(kind: str | None) -> str | None:
    """`kind` if it is one of the four; None otherwise, as where nobody said it."""
    return kind if kind in KINDS else None


def known_commune(commune: str) -> str | None:
    """`commune` if it is an INSEE code of one."""
    return commune if _COMMUNE.fullmatch(commune) else None


def departement_of(commune: str) -> str:
    """The code of the département of an INSEE commune code: three characters overseas, two elsewhere."""
    return commune[:3] if commune.startswith(("97", "98")) else commune[:2]


def known_themes(themes: Iterable[str]) -> list[str]:
    """Those of `themes` that are codes, each once, in order; at most twenty."""
    return [theme for theme in dict.fromkeys(themes) if _CODE.fullmatch(theme)][:MOST_THEMES]
