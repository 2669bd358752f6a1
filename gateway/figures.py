"""Pure arithmetic behind the bars: shares that add up, and where each piece of a bar lies."""

from __future__ import annotations

from dataclasses import dataclass

CHOICES = ("agree", "neutral", "disagree")
"""In the order of a bar: the two sides apart, the undecided between them."""
BAR_WIDTH = 1000.0
GAP = 6.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a bar `BAR_WIDTH` units wide. `percent` is whole, and the pieces of a bar add up to 100."""

    choice: str
    count: int
    percent: int
    x: float
    width: float


def shares(counts: dict[str, int]) -> dict[str, int]:
    """Whole percentages of each count that add up to 100 (largest remainder); all 0 where nobody voted."""
    total = sum(counts.values())
    if total == 0:
        return dict.fromkeys(counts, 0)
    exact = {name: 100 * count / total for name, count in counts.items()}
    whole = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(counts, key=lambda name: whole[name] - exact[name])
    for name in by_remainder[: 100 - sum(whole.values())]:
        whole[name] += 1
    return whole


def segments(tally: dict[str, int]) -> list[Segment]:
    """The pieces of the bar of a tally that has `agree`, `neutral` and `disagree`; those without a vote left out."""
    counts = {choice: tally[choice] for choice in CHOICES}
    present = [choice for choice in CHOICES if counts[choice]]
    if not present:
        return []
    percents = shares(counts)
    room = BAR_WIDTH - GAP * (len(present) - 1)
    pieces, x = [], 0.0
    for choice in present:
        width = room * counts[choice] / sum(counts.values())
        pieces.append(Segment(choice, counts[choice], percents[choice], round(x, 1), round(width, 1)))
        x += width + GAP
    return pieces
