"""The map of the départements with its figures: shapes, shades, legend, and the same figures as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.map.outlines import Outline, departements
from gateway.map.shades import Step, legend, rank_of


@dataclass(frozen=True, slots=True)
class Shape:
    """A département on the map, how many défis it counts, and the rank of its shade."""

    outline: Outline
    count: int
    rank: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """The map: its size in units of the drawing, every shape, and what the shades stand for."""

    width: int
    height: int
    shapes: list[Shape]
    legend: list[Step]

    @property
    def rows(self) -> list[Shape]:
        """The départements that count any, the most first."""
        return sorted(
            (one for one in self.shapes if one.count), key=lambda one: (-one.count, one.outline.code)
        )


def shaded(counts: Mapping[str, int], chosen: str | None = None) -> Drawing:
    """The map for counts by code of département; `chosen` is the one that the reader looks at."""
    outlines = departements()
    steps = legend(max((counts.get(code, 0) for code in outlines.departements), default=0))
    bounds = [step.most for step in steps[1:]]
    shapes = [
        Shape(outline, counts.get(code, 0), rank_of(counts.get(code, 0), bounds), code == chosen)
        for code, outline in outlines.departements.items()
    ]
    # What is drawn last lies over its neighbours.
    shapes.sort(key=lambda shape: shape.chosen)
    return Drawing(outlines.width, outlines.height, shapes, steps)
