"""The outlines of the départements, as `departements.json` holds them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SHIPPED = Path(__file__).with_name("departements.json")


@dataclass(frozen=True, slots=True)
class Outline:
    """A département: INSEE code, name, and SVG path. `larger` is a second path, of one too small to be pressed."""

    code: str
    name: str
    path: str
    larger: str = ""


@dataclass(frozen=True, slots=True)
class Map:
    """The outlines by code, in the order of codes, on a drawing of `width` by `height` units."""

    width: int
    height: int
    departements: dict[str, Outline]

    def name_of(self, code: str | None) -> str:
        """The name of a département; an empty text for a code that is none's."""
        outline = self.departements.get(code or "")
        return outline.name if outline else ""


@cache
def departements() -> Map:
    """The map that ships, read once."""
    drawn = json.loads(SHIPPED.read_text(encoding="utf-8"))
    outlines = {one["code"]: Outline(**one) for one in drawn["departements"]}
    return Map(drawn["width"], drawn["height"], outlines)


def departement_of(commune: str) -> str:
    """The code of the département of a commune's INSEE code: three characters overseas, two elsewhere."""
    return commune[:3] if commune.startswith(("97", "98")) else commune[:2]
