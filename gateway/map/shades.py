"""How dark a département is, for how many it counts. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

STEPS = 4
"""Shades besides the one of « none »."""


@dataclass(frozen=True, slots=True)
class Step:
    """A shade of the legend: `rank` 0 is none, and `least` to `most` the counts that it stands for."""

    rank: int
    least: int
    most: int


def legend(most: int) -> list[Step]:
    """The shades for counts from 0 to `most`, of about equal breadth; fewer where fewer will do."""
    steps = [Step(0, 0, 0)]
    for bound in upper_bounds(most):
        steps.append(Step(len(steps), steps[-1].most + 1, bound))
    return steps


def upper_bounds(most: int) -> list[int]:
    """The largest count of each shade but the one of « none », growing, the last of them `most`."""
    shades = min(STEPS, most)
    return [-(-most * shade // shades) for shade in range(1, shades + 1)]


def rank_of(count: int, bounds: Sequence[int]) -> int:
    """The shade of a count: 0 for none, else the first whose bound is not below it."""
    return 0 if count <= 0 else bisect_left(bounds, count) + 1
