"""Which cards come next.

Those with the fewest votes first, so that every proposal gets its chance and none wins by having been there first;
in a shuffled order among equals, so that two people do not see the same twelve.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from heapq import nsmallest
from random import Random
from typing import Final
from uuid import UUID

SIZE: Final = 12


def next_cards(votes: Mapping[UUID, int], voted: Set[UUID], random: Random, size: int = SIZE) -> list[UUID]:
    """The next proposals for somebody who has voted on those in `voted`.

    `votes` holds how many votes each accepted proposal has, in an order that does not change from one call to the
    next; then the same seed gives the same order, less what was voted on meanwhile.
    """
    # Drawn for every proposal, voted on or not: a vote must not shuffle the cards that are left.
    ranked = [(count, random.random(), proposal) for proposal, count in votes.items()]
    return [card for _, _, card in nsmallest(size, (rank for rank in ranked if rank[2] not in voted))]
