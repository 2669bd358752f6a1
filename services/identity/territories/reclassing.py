"""What changes when kinds come from the density grid instead of the figures, in communes and in people. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.identity.territories.rules import KINDS, UNCLASSED, Density

_SHOWN = (*KINDS, UNCLASSED)
_LABELS = {
    "rural": "rural",
    "pavillonnaire": "pavillonnaire",
    "petite_ville": "petite ville",
    "metropole": "métropole",
    None: "non classée",
}


@dataclass(frozen=True, slots=True)
class Reclassed:
    """What a commune is by each of the two rules (None: « non classée »), and how many people live there."""

    code: str
    people: int
    by_figures: str | None
    by_density: str | None


def levels_today(
    grid: Mapping[str, Density], communes: Collection[str], successors: Mapping[str, str]
) -> dict[str, Density]:
    """The level of each of `communes` that the grid knows, perhaps under an older code.

    A commune whose seat has moved since has another code. `successors` gives the commune that each old code is part of
    now; where all the old codes of a commune that are in the grid have one level, that is the commune's.
    """
    today = {code: grid[code] for code in communes if code in grid}
    before: dict[str, set[Density]] = {}
    for old, commune in successors.items():
        if old in grid and commune in communes and commune not in today:
            before.setdefault(commune, set()).add(grid[old])
    return today | {commune: min(levels) for commune, levels in before.items() if len(levels) == 1}


def summarise(communes: Iterable[Reclassed], unknown: Iterable[str]) -> dict[str, Any]:
    """The report as JSON. `unknown` are codes of the grid that belong to nothing known.

    `kinds` counts every kind by both rules, `changes` every move from one kind to another, the greatest first; a kind
    of null is « non classée ». A count is `{"communes": n, "people": n}`.
    """
    communes = tuple(communes)
    changed = [each for each in communes if each.by_figures != each.by_density]
    moves: dict[tuple[str | None, str | None], list[Reclassed]] = {}
    for each in changed:
        moves.setdefault((each.by_figures, each.by_density), []).append(each)
    return {
        "all": _count(communes),
        "changed": _count(changed),
        "unclassed": _count(each for each in communes if each.by_density is UNCLASSED),
        "kinds": [
            {
                "kind": kind,
                "by_figures": _count(each for each in communes if each.by_figures == kind),
                "by_density": _count(each for each in communes if each.by_density == kind),
            }
            for kind in _SHOWN
        ],
        "changes": sorted(
            ({"from": old, "to": new, **_count(moved)} for (old, new), moved in moves.items()),
            key=lambda move: (-int(move["people"] or 0), str(move["from"]), str(move["to"])),
        ),
        "unknown": sorted(unknown),
    }


def in_words(report: Mapping[str, Any]) -> str:
    """The report for a person."""
    lines = [f"{'kind':15}{'by figures':>31}{'by density':>31}"]
    lines += [
        f"{_LABELS[each['kind']]:15}{_said(each['by_figures'])}{_said(each['by_density'])}"
        for each in report["kinds"]
    ]
    lines += ["", f"{'changed':32}{_said(report['changed'])}"]
    lines += [
        f"  {_LABELS[each['from']]:13} → {_LABELS[each['to']]:14}{_said(each)}" for each in report["changes"]
    ]
    if report["unknown"]:
        lines += ["", f"In the grid, but of no commune that is known: {', '.join(report['unknown'])}"]
    return "\n".join(lines)


def _count(communes: Iterable[Reclassed]) -> dict[str, int]:
    people = [each.people for each in communes]
    return {"communes": len(people), "people": sum(people)}


def _said(count: Mapping[str, int]) -> str:
    return f"{count['communes']:8,} communes{count['people']:11,} p."
