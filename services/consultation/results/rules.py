"""Putting scored proposals in order, and summing up where they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Final, Literal, get_args
from uuid import UUID

from services.consultation.scoring.rules import ProposalScores, Zone, score_proposal
from services.consultation.tallies.rules import Tally

Order = Literal["top", "controversy", "rejection", "neutral", "votes"]
ORDERS: Final[tuple[Order, ...]] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a proposal stands: its votes and what the scorer makes of them."""

    id: UUID
    tally: Tally
    scores: ProposalScores

    @property
    def zone(self) -> Zone:
        """What its votes say, as one word."""
        return self.scores.zone


# By the low end of the interval, not the score itself: two enthusiastic votes must not outrank two hundred.
_RANKS: Mapping[Order, Callable[[Standing], float]] = {
    "top": lambda standing: standing.scores.top.lower,
    "controversy": lambda standing: standing.scores.controversy.lower,
    "rejection": lambda standing: standing.scores.rejection.lower,
    "neutral": lambda standing: standing.scores.neutral.lower,
    "votes": lambda standing: standing.tally.total,
}


def standings_of(tallies: Mapping[UUID, Tally]) -> list[Standing]:
    """Score each proposal. No result depends on the samples that the scorer draws, so any seed will do."""
    random = Random(0)  # noqa: S311
    return [Standing(id, tally, score_proposal(tally.counters, random)) for id, tally in tallies.items()]


def rank(standing: Standing, order: Order) -> tuple[float, str]:
    """What `ordered` sorts by: the smaller, the earlier. The id parts equals."""
    return -_RANKS[order](standing), str(standing.id)


def ordered(standings: Iterable[Standing], order: Order) -> list[Standing]:
    """The standings, the strongest in `order` first."""
    return sorted(standings, key=lambda standing: rank(standing, order))


def leaders(ranking: Iterable[Standing], zone: Zone | None, most: int) -> list[Standing]:
    """The first of a ranking that somebody voted on; with `zone`, of those that stand in it."""
    return list(islice((s for s in ranking if s.tally.total and zone in (None, s.zone)), most))


def zone_counts(standings: Iterable[Standing]) -> dict[Zone, int]:
    """How many of the proposals that somebody voted on stand in each zone."""
    found = Counter(standing.zone for standing in standings if standing.tally.total)
    return {zone: found[zone] for zone in Zone}
