"""How good is a proposal, and how sure are we? The scores of one proposal from its vote counts.

Pure arithmetic after the scorer of Make.org's published platform (January 2022). Four ideas, from small to large:

- a **rate** is a smoothed share of the votes, so that a proposal with two votes is not at 100 %;
- an **estimate** is a rate with its confidence interval and one random draw from what it might really be;
- estimates **add and subtract** into scores: what lifts a proposal, what splits people, what they reject;
- three estimates (agree, disagree, neutral) place the proposal in a **zone**.

Reading of the source's symbols: ``n`` is the number of *votes* (agree + disagree + neutral), for qualifiers too: a
qualifier is a share of everyone who voted, not of the side it belongs to. There are two such totals, one for each way
of counting (verified, sequence), and each count is divided by its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import hypot, sqrt
from random import Random
from typing import Final, Literal, get_args

VoteKey = Literal["agree", "disagree", "neutral"]
QualifierKey = Literal[
    "likeIt", "doable", "platitudeAgree",
    "noWay", "impossible", "platitudeDisagree",
    "doNotUnderstand", "noOpinion", "doNotCare",
]  # fmt: skip
Key = VoteKey | QualifierKey

VOTE_KEYS: Final[tuple[VoteKey, ...]] = get_args(VoteKey)
QUALIFIER_KEYS: Final[tuple[QualifierKey, ...]] = get_args(QualifierKey)

VOTE_PRIOR: Final = 0.33
"""What a vote kind is worth before anyone voted: about one vote in three."""

QUALIFIER_PRIOR: Final = 0.01
"""What a qualifier is worth before anyone voted: one voter in a hundred."""

VERIFIED_WEIGHT: Final = 0.5
"""Weight w of verified votes in a score; those given in a sequence, where nobody chose the card, weigh 1 − w."""


class Zone(StrEnum):
    """What a proposal's votes say about it, as one word."""

    CONSENSUS = "consensus"
    REJECTION = "rejection"
    LIMBO = "limbo"
    CONTROVERSY = "controversy"


@dataclass(frozen=True, slots=True)
class Counter:
    """How often one vote kind or qualifier was chosen: in all, by verified votes, and inside a sequence."""

    count: int = 0
    verified: int = 0
    sequence: int = 0

    def __add__(self, other: Counter) -> Counter:
        """Both counters together."""
        return Counter(
            self.count + other.count, self.verified + other.verified, self.sequence + other.sequence
        )


NO_VOTE: Final = Counter()


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score, the half-width of its confidence interval, and one Thompson sample of it.

    Adding and subtracting treats the terms as independent: scores and samples follow the sign, confidences combine
    in quadrature, √(a² + b²), whatever the sign.
    """

    score: float
    confidence: float
    sample: float

    @property
    def lower(self) -> float:
        """The low end of the interval."""
        return self.score - self.confidence

    @property
    def upper(self) -> float:
        """The high end of the interval."""
        return self.score + self.confidence

    def __add__(self, other: Estimate) -> Estimate:
        """The estimate of a sum."""
        return Estimate(
            self.score + other.score, hypot(self.confidence, other.confidence), self.sample + other.sample
        )

    def __sub__(self, other: Estimate) -> Estimate:
        """The estimate of a difference."""
        return Estimate(
            self.score - other.score, hypot(self.confidence, other.confidence), self.sample - other.sample
        )


def smallest(a: Estimate, b: Estimate) -> Estimate:
    """The lesser of two estimates: the smaller score, the *larger* confidence, the smaller sample.

    A controversy needs both sides, so its strength is the weaker side's; its doubt is the greater of the two.
    """
    return Estimate(min(a.score, b.score), max(a.confidence, b.confidence), min(a.sample, b.sample))


def rate(chosen: int, votes: int, prior: float) -> float:
    """``ind(k, s, n) = min(1, (k + s) / (1 + n))``: the smoothed share of votes that chose something.

    Between 0 and 1; the prior itself when nobody voted. The cap bites only if more chose than voted.
    """
    return min(1.0, (chosen + prior) / (1 + votes))


def half_width(share: float, votes: int) -> float:
    """Half-width of the 95 % interval (Agresti–Coull, z = 2) of a share observed on so many votes.

    ``q = (n·p + 2) / (n + 4)``, ``c = 2·√(q·(1 − q) / (n + 4))``, with p the share.
    """
    adjusted = (votes * share + 2) / (votes + 4)
    return 2 * sqrt(adjusted * (1 - adjusted) / (votes + 4))


def estimate(counter: Counter, votes: Counter, prior: float, random: Random) -> Estimate:
    """One vote kind or qualifier, estimated from its counter and from the counter of all votes.

    The score is ``w·ind(verified) + (1 − w)·ind(sequence)``. Confidence and sample look at the sequence alone, whose
    voters did not choose what they were shown; the sample is drawn from ``Beta(k + s, n − k + 1)``.
    """
    in_sequence = rate(counter.sequence, votes.sequence, prior)
    verified = rate(counter.verified, votes.verified, prior)
    others = max(0, votes.sequence - counter.sequence)
    return Estimate(
        score=VERIFIED_WEIGHT * verified + (1 - VERIFIED_WEIGHT) * in_sequence,
        confidence=half_width(in_sequence, votes.sequence),
        sample=random.betavariate(counter.sequence + prior, others + 1),
    )


def zone(agree: float, disagree: float, neutral: float) -> Zone:
    """The first zone that holds, from the three shares (scores, or samples for a sampled zone).

    A clear majority decides (.6); so does the absence of the other side (.15) where people are not mostly neutral;
    then mostly neutral (.4) is limbo, and what is left splits people.
    """
    engaged = neutral < 0.4
    if agree >= 0.6 or (engaged and disagree < 0.15):
        return Zone.CONSENSUS
    if disagree >= 0.6 or (engaged and agree < 0.15):
        return Zone.REJECTION
    return Zone.CONTROVERSY if engaged else Zone.LIMBO


@dataclass(frozen=True, slots=True)
class ProposalScores:
    """Everything known about one proposal, from one draw of its samples."""

    agree: Estimate
    disagree: Estimate
    neutral: Estimate
    top: Estimate
    """agree + likeIt + doable − noWay − impossible − platitude: what people want and believe possible."""
    controversy: Estimate
    """min(agree, disagree) + min(likeIt, noWay): what people want as much as others refuse it."""
    rejection: Estimate
    """disagree + noWay + impossible − likeIt − doable − platitude: what people refuse."""
    greatness: Estimate
    """likeIt − noWay: what is loved rather than hated."""
    realistic: Estimate
    """doable − impossible: what is thought possible."""
    platitude: Estimate
    """platitudeAgree + platitudeDisagree: what is thought obvious, by either side."""
    engagement: Estimate
    """greatness + realistic − platitude: how much the proposal moves people beyond a bare vote."""
    zone: Zone
    sampled_zone: Zone
    """The zone of the samples: now and then another one, so that a doubtful proposal gets its chance."""


def score_proposal(counters: Mapping[Key, Counter], random: Random) -> ProposalScores:
    """Score one proposal.

    ``counters`` holds a counter for each vote kind and qualifier that was used; a missing key is no vote. ``random``
    draws the samples: one for each of the nine keys that scores are made of, always in the same order.
    """
    votes = sum((counters.get(key, NO_VOTE) for key in VOTE_KEYS), NO_VOTE)

    def of_votes(key: VoteKey) -> Estimate:
        return estimate(counters.get(key, NO_VOTE), votes, VOTE_PRIOR, random)

    def of_qualifiers(key: QualifierKey) -> Estimate:
        return estimate(counters.get(key, NO_VOTE), votes, QUALIFIER_PRIOR, random)

    agree, disagree, neutral = of_votes("agree"), of_votes("disagree"), of_votes("neutral")
    like_it, no_way = of_qualifiers("likeIt"), of_qualifiers("noWay")
    doable, impossible = of_qualifiers("doable"), of_qualifiers("impossible")
    greatness = like_it - no_way
    realistic = doable - impossible
    platitude = of_qualifiers("platitudeAgree") + of_qualifiers("platitudeDisagree")
    return ProposalScores(
        agree=agree,
        disagree=disagree,
        neutral=neutral,
        top=agree + greatness + realistic - platitude,
        controversy=smallest(agree, disagree) + smallest(like_it, no_way),
        rejection=disagree - greatness - realistic - platitude,
        greatness=greatness,
        realistic=realistic,
        platitude=platitude,
        engagement=greatness + realistic - platitude,
        zone=zone(agree.score, disagree.score, neutral.score),
        sampled_zone=zone(agree.sample, disagree.sample, neutral.sample),
    )
