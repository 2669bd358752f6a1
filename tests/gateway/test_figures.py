"""The arithmetic behind the bars."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.figures import BAR_WIDTH, CHOICES, segments, shares

COUNTS = st.fixed_dictionaries({name: st.integers(0, 10**6) for name in ("agree", "neutral", "disagree")})


@given(COUNTS)
def test_shares_add_up_to_a_hundred_and_each_is_within_one_of_its_exact_value(counts):
    found, total = shares(counts), sum(counts.values())
    if total == 0:
        assert set(found.values()) == {0}
        return
    assert sum(found.values()) == 100
    assert all(abs(found[name] - 100 * counts[name] / total) < 1 for name in counts)


@given(COUNTS)
def test_the_pieces_of_a_bar_lie_side_by_side_and_fill_it(counts):
    pieces = segments(counts)
    assert [piece.choice for piece in pieces] == [name for name in CHOICES if counts[name]]
    for left, right in pairwise(pieces):
        assert left.x + left.width < right.x
    if pieces:
        assert pieces[0].x == 0
        assert abs(pieces[-1].x + pieces[-1].width - BAR_WIDTH) < 0.2


def test_two_thirds_and_a_third_are_67_and_33():
    assert shares({"agree": 2, "neutral": 0, "disagree": 1}) == {"agree": 67, "neutral": 0, "disagree": 33}
