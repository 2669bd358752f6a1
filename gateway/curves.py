"""Measures of an indicator as a line between where it began and where it is to go. Pure: decimals and days in, places
of a drawing out. The drawing is silent; the table beside it says the same in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

WIDTH: Final = 360.0
HEIGHT: Final = 190.0
LEFT: Final = 10.0
RIGHT: Final = 350.0
TOP: Final = 24.0
BOTTOM: Final = 160.0
ROOM: Final = Decimal("0.08")
"""Of the height, left free above the highest figure and below the lowest."""


@dataclass(frozen=True, slots=True)
class Point:
    """A measure at its place."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """The measures of one kind of territory, None for all, in the order of their days."""

    kind: str | None
    points: tuple[Point, ...]

    @property
    def path(self) -> str:
        """As the `points` of a polyline."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


@dataclass(frozen=True, slots=True)
class Curve:
    """A drawing `WIDTH` by `HEIGHT`: the heights of baseline and target, the lines, the first and the last day."""

    baseline: float
    target: float
    lines: tuple[Line, ...]
    first: date
    last: date


def standing(measures: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The measures that no other corrects, in the order of their days."""
    corrected = {measure["corrects"] for measure in measures}
    left = [measure for measure in measures if measure["id"] not in corrected]
    return sorted(left, key=lambda measure: (str(measure["measured_on"]), str(measure["id"])))


def curve(indicator: dict[str, Any], measures: Sequence[dict[str, Any]]) -> Curve | None:
    """The drawing of an indicator with its measures; None where nothing was measured.

    Measures of all territories make one line; only where there are none, each kind of territory has its own.
    """
    stand = standing(measures)
    if not stand:
        return None
    kinds = [None] if any(measure["kind"] is None for measure in stand) else _kinds(stand)
    shown = [measure for measure in stand if measure["kind"] in kinds]
    baseline, target = Decimal(indicator["baseline"]), Decimal(indicator["target"])
    figures = [baseline, target, *(Decimal(measure["value"]) for measure in shown)]
    days = [date.fromisoformat(measure["measured_on"]) for measure in shown]
    first, last = min(days), max(days)

    def point(measure: dict[str, Any]) -> Point:
        day = date.fromisoformat(measure["measured_on"])
        return Point(_x(day, first, last), _y(Decimal(measure["value"]), figures))

    lines = [Line(kind, tuple(point(each) for each in shown if each["kind"] == kind)) for kind in kinds]
    return Curve(_y(baseline, figures), _y(target, figures), tuple(lines), first, last)


def progress(indicator: dict[str, Any], value: str) -> int:
    """How far `value` is from the baseline to the target, in whole percents from 0 to 100."""
    baseline, target = Decimal(indicator["baseline"]), Decimal(indicator["target"])
    if baseline == target:
        return 100 if Decimal(value) == target else 0
    share = 100 * (Decimal(value) - baseline) / (target - baseline)
    return int(min(max(share, Decimal(0)), Decimal(100)))


def _kinds(measures: Sequence[dict[str, Any]]) -> list[str | None]:
    return list(dict.fromkeys(measure["kind"] for measure in measures))


def _x(day: date, first: date, last: date) -> float:
    """A single day stands at the end: what was measured is the latest."""
    if first == last:
        return RIGHT - 20
    return round(LEFT + 10 + (RIGHT - LEFT - 30) * ((day - first).days / (last - first).days), 1)


def _y(figure: Decimal, figures: Sequence[Decimal]) -> float:
    low, high = min(figures), max(figures)
    if low == high:
        return (TOP + BOTTOM) / 2
    margin = (high - low) * ROOM
    share = (figure - low + margin) / (high - low + 2 * margin)
    return round(BOTTOM - (BOTTOM - TOP) * float(share), 1)
