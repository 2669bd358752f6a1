"""The scores of one proposal: reference values of the source, and what must hold for any counts."""

from math import isclose
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation.scoring.rules import (
    QUALIFIER_KEYS,
    QUALIFIER_PRIOR,
    VOTE_KEYS,
    VOTE_PRIOR,
    Counter,
    Estimate,
    Key,
    ProposalScores,
    Zone,
    half_width,
    rate,
    score_proposal,
    smallest,
    zone,
)

Counts = dict[Key, Counter]


def counted(verified: dict[Key, int], sequence: dict[Key, int]) -> Counts:
    return {key: Counter(count=n, verified=n, sequence=sequence.get(key, n)) for key, n in verified.items()}


A = counted(
    {
        "agree": 85, "disagree": 6, "neutral": 24, "likeIt": 17, "doable": 29, "platitudeAgree": 1,
        "noWay": 0, "impossible": 1, "platitudeDisagree": 3,
    },
    {"agree": 83, "doable": 28},
)  # fmt: skip
B = counted(
    {
        "agree": 11, "disagree": 1, "neutral": 9, "likeIt": 4, "doable": 2, "platitudeAgree": 2,
        "noWay": 1, "impossible": 0, "platitudeDisagree": 0,
    },
    {},
)  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "name", "score", "confidence"),
    [
        (A, "top", 1.08527298850575, 0.147083961694131),
        (A, "controversy", 0.0551346037507562, 0.107091650406154),
        (A, "rejection", -0.366859497882638, 0.130517119469599),
        (A, "neutral", 0.211581215970962, 0.0769930776359298),
        (B, "top", 0.650454545454545, 0.388908334735123),
        (B, "controversy", 0.106363636363636, 0.261873399227834),
        (B, "rejection", -0.258636363636364, 0.35981045551905),
        (B, "neutral", 0.424090909090909, 0.198367012853523),
    ],
)
def test_the_reference_values_of_the_source_are_met(
    counts: Counts, name: str, score: float, confidence: float
) -> None:
    found: Estimate = getattr(score_proposal(counts, Random(1)), name)
    assert isclose(found.score, score, rel_tol=0, abs_tol=1e-12)
    assert isclose(found.confidence, confidence, rel_tol=0, abs_tol=1e-12)


def test_the_reference_proposals_are_a_consensus_and_a_limbo() -> None:
    assert score_proposal(A, Random(1)).zone is Zone.CONSENSUS
    assert score_proposal(B, Random(1)).zone is Zone.LIMBO


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """Counters that rows can produce: a qualifier sits on a vote of its side, the sequence is part of the whole."""
    sides: dict[Key, tuple[Key, ...]] = {
        vote: QUALIFIER_KEYS[3 * i : 3 * i + 3] for i, vote in enumerate(VOTE_KEYS)
    }
    result: Counts = {}
    for vote, qualifiers in sides.items():
        total = draw(st.integers(0, 3000))
        sequence = draw(st.integers(0, total))
        result[vote] = Counter(total, total, sequence)
        for qualifier in qualifiers:
            outside = draw(st.integers(0, total - sequence))
            inside = draw(st.integers(0, sequence))
            result[qualifier] = Counter(outside + inside, outside + inside, inside)
    return result


def estimates(scores: ProposalScores) -> list[Estimate]:
    return [
        value
        for name in ProposalScores.__dataclass_fields__
        if isinstance(value := getattr(scores, name), Estimate)
    ]


@given(counts(), st.integers(0, 2**32))
def test_every_interval_holds_its_score(counts: Counts, seed: int) -> None:
    for estimate in estimates(score_proposal(counts, Random(seed))):
        assert estimate.lower <= estimate.score <= estimate.upper


@given(counts(), st.integers(0, 2**32))
def test_vote_shares_and_their_samples_stay_between_none_and_all(counts: Counts, seed: int) -> None:
    scores = score_proposal(counts, Random(seed))
    for estimate in (scores.agree, scores.disagree, scores.neutral):
        assert 0 <= estimate.score <= 1
        assert 0 <= estimate.sample <= 1


@given(counts())
def test_the_three_vote_shares_add_up_to_about_one(counts: Counts) -> None:
    """(n + 3 · 0.33) / (1 + n): 0.99 with no vote, nearly 1 with many."""
    scores = score_proposal(counts, Random(0))
    assert 0.99 - 1e-9 <= scores.agree.score + scores.disagree.score + scores.neutral.score <= 1 + 1e-9


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from([VOTE_PRIOR, QUALIFIER_PRIOR]))
def test_a_rate_lies_between_nought_and_one_whatever_the_counts(
    chosen: int, votes: int, prior: float
) -> None:
    assert 0 < rate(chosen, votes, prior) <= 1


@given(st.floats(0, 1), st.integers(0, 10**5))
def test_more_votes_for_the_same_share_never_widen_the_interval(share: float, votes: int) -> None:
    assert half_width(share, votes + 1) <= half_width(share, votes) + 1e-12


@given(counts(), st.integers(1, 500))
def test_more_agrees_never_lower_the_agree_score_nor_raise_the_others(counts: Counts, more: int) -> None:
    before = score_proposal(counts, Random(0))
    after = score_proposal(counts | {"agree": counts["agree"] + Counter(more, more, more)}, Random(0))
    assert after.agree.score >= before.agree.score
    assert after.disagree.score <= before.disagree.score
    assert after.neutral.score <= before.neutral.score


@given(counts())
def test_a_coup_de_coeur_lifts_and_a_platitude_weighs(counts: Counts) -> None:
    before = score_proposal(counts, Random(0)).top.score
    liked = counts | {"likeIt": counts["likeIt"] + Counter(1, 1, 1)}
    obvious = counts | {"platitudeAgree": counts["platitudeAgree"] + Counter(1, 1, 1)}
    assert score_proposal(liked, Random(0)).top.score >= before
    assert score_proposal(obvious, Random(0)).top.score <= before


@given(counts())
def test_swapping_the_sides_swaps_top_and_rejection_and_keeps_controversy(counts: Counts) -> None:
    mirror: dict[Key, Key] = {
        "agree": "disagree", "likeIt": "noWay", "doable": "impossible", "platitudeAgree": "platitudeDisagree"
    }  # fmt: skip
    mirror |= {right: left for left, right in mirror.items()}
    scores = score_proposal(counts, Random(0))
    swapped = score_proposal({mirror.get(key, key): value for key, value in counts.items()}, Random(0))
    assert isclose(scores.top.score, swapped.rejection.score, abs_tol=1e-9)
    assert isclose(scores.controversy.score, swapped.controversy.score, abs_tol=1e-9)


@given(counts(), st.integers(0, 2**32))
def test_the_same_seed_draws_the_same_samples(counts: Counts, seed: int) -> None:
    assert score_proposal(counts, Random(seed)) == score_proposal(counts, Random(seed))


def test_samples_spread_around_the_share_that_was_observed() -> None:
    random = Random(20)
    samples = [score_proposal(A, random).agree.sample for _ in range(4000)]
    assert isclose(sum(samples) / len(samples), 83.33 / (83.33 + 31), abs_tol=0.005)
    assert min(samples) < 0.65 < 0.8 < max(samples)


def test_a_doubtful_proposal_is_sometimes_drawn_into_another_zone() -> None:
    random = Random(20)
    assert {score_proposal(B, random).sampled_zone for _ in range(200)} >= {Zone.LIMBO, Zone.CONSENSUS}


@given(*[st.floats(-0.5, 2)] * 3)
def test_every_triple_of_shares_has_exactly_one_zone(agree: float, disagree: float, neutral: float) -> None:
    assert zone(agree, disagree, neutral) in Zone


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((0.6, 0.3, 0.1), Zone.CONSENSUS),
        ((0.6, 0.0, 0.4), Zone.CONSENSUS),
        ((0.5, 0.14, 0.36), Zone.CONSENSUS),
        ((0.2, 0.6, 0.2), Zone.REJECTION),
        ((0.14, 0.5, 0.36), Zone.REJECTION),
        ((0.1, 0.1, 0.8), Zone.LIMBO),
        ((0.45, 0.15, 0.4), Zone.LIMBO),
        ((0.45, 0.4, 0.15), Zone.CONTROVERSY),
        ((0.59, 0.15, 0.26), Zone.CONTROVERSY),
    ],
)
def test_a_zone_begins_exactly_at_its_threshold(shares: tuple[float, float, float], expected: Zone) -> None:
    assert zone(*shares) is expected


def test_a_proposal_without_a_vote_has_its_priors_and_the_widest_doubt() -> None:
    scores = score_proposal({}, Random(0))
    assert scores.agree.score == scores.disagree.score == scores.neutral.score == VOTE_PRIOR
    assert scores.agree.confidence == 0.5
    assert scores.zone is Zone.CONTROVERSY


def test_the_smallest_of_two_estimates_keeps_the_larger_doubt() -> None:
    assert smallest(Estimate(0.2, 0.1, 0.6), Estimate(0.3, 0.4, 0.5)) == Estimate(0.2, 0.4, 0.5)


def test_sums_add_scores_and_samples_and_combine_doubts_in_quadrature() -> None:
    a, b = Estimate(0.5, 0.3, 0.6), Estimate(0.125, 0.4, 0.1)
    assert a + b == Estimate(0.625, 0.5, 0.7)
    assert a - b == Estimate(0.375, 0.5, 0.5)
