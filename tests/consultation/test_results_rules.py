"""Ranking and summing up what the scorer says."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation.results.rules import (
    ORDERS,
    Order,
    Standing,
    leaders,
    ordered,
    rank,
    standings_of,
    zone_counts,
)
from services.consultation.scoring.rules import Counter, Zone
from services.consultation.tallies.rules import Tally


def tally(agree: int = 0, disagree: int = 0, neutral: int = 0, like_it: int = 0) -> Tally:
    counts = {"agree": agree, "disagree": disagree, "neutral": neutral, "likeIt": like_it}
    return Tally({key: Counter(n, n, n) for key, n in counts.items() if n})  # type: ignore[misc]


def standings(*tallies: Tally) -> list[Standing]:
    return standings_of({UUID(int=place): each for place, each in enumerate(tallies)})


LOVED, ENTHUSIASTS, SPLIT, REJECTED, UNCLEAR, UNSEEN = (
    tally(170, 12, 18, like_it=90),
    tally(2, 0, 0, like_it=2),
    tally(95, 95, 10),
    tally(10, 180, 10),
    tally(40, 40, 120),
    tally(),
)
ALL = standings(LOVED, ENTHUSIASTS, SPLIT, REJECTED, UNCLEAR, UNSEEN)


@pytest.mark.parametrize(
    ("order", "first"),
    [("top", LOVED), ("controversy", SPLIT), ("rejection", REJECTED), ("neutral", UNCLEAR)],
)
def test_each_order_has_its_leader(order: Order, first: Tally) -> None:
    assert ordered(ALL, order)[0].tally == first


def test_two_enthusiastic_votes_do_not_outrank_two_hundred() -> None:
    few = next(standing for standing in ALL if standing.tally == ENTHUSIASTS)
    many = next(standing for standing in ALL if standing.tally == LOVED)
    assert few.scores.top.score > many.scores.top.score
    assert ordered(ALL, "top").index(many) < ordered(ALL, "top").index(few)


def test_leaders_stand_in_their_zone_and_were_voted_on() -> None:
    for zone in Zone:
        for leader in leaders(ordered(ALL, "top"), zone, 10):
            assert leader.zone is zone
    assert UNSEEN not in [leader.tally for leader in leaders(ordered(ALL, "top"), None, 10)]
    assert len(leaders(ordered(ALL, "votes"), None, 2)) == 2


def test_every_zone_is_counted_without_what_nobody_voted_on() -> None:
    counts = zone_counts(ALL)
    assert set(counts) == set(Zone)
    assert sum(counts.values()) == 5
    assert (counts[Zone.REJECTION], counts[Zone.CONTROVERSY], counts[Zone.LIMBO]) == (1, 1, 1)


COUNTS = st.integers(0, 40)


@given(st.lists(st.builds(tally, COUNTS, COUNTS, COUNTS), max_size=12), st.sampled_from(ORDERS))
def test_an_order_is_total_and_the_same_every_time(tallies: list[Tally], order: Order) -> None:
    scored = standings(*tallies)
    once, again = ordered(scored, order), ordered(list(reversed(scored)), order)
    assert [standing.id for standing in once] == [standing.id for standing in again]
    ranks = [rank(standing, order) for standing in once]
    assert ranks == sorted(set(ranks))


@given(st.lists(st.builds(tally, COUNTS, COUNTS, COUNTS), max_size=6))
def test_standings_do_not_depend_on_chance(tallies: list[Tally]) -> None:
    assert standings(*tallies) == standings(*tallies)
