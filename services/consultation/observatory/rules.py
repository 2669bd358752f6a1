"""What is kept of an operator's news about a défi, and how kept défis are counted.

Operators are other owners: what they say is taken as codes or not at all, so that no free text reaches a public page
through here.
"""

from __future__ import annotations

import re
from collections import Counter
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
