"""Three thousand simulated participants and how they vote: pure, and the same for the same seed.

A participant lives in one of the four kinds of territory and belongs to one of three bodies of opinion. The bodies are
invented for the demo, to give results something to show; they stand for no party and no study:

``proximite``   wants services, people and places within reach; accepts rules and spending for it
``transition``  wants a frugal, shared and ecological way of living; accepts constraints for it
``initiative``  wants room for those who build, work and trade; dislikes rules, bans and new taxes

A proposal's leaning in a body (−2 to 2) sets how likely its members are to agree, disagree or stay neutral. Whoever
lives in the kind of territory that a proposal speaks to likes it more; whoever lives elsewhere is more often neutral.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from random import Random
from typing import NamedTuple

from deploy.local.demo.proposals import BODIES, KINDS, Body, DemoProposal, Kind, Mark
from services.consultation.scoring.rules import QualifierKey, VoteKey

POPULATION: Mapping[Kind, int] = {"rural": 29, "pavillonnaire": 11, "petite_ville": 20, "metropole": 39}
"""Percent of the population of France by kind of territory (INSEE, density grid of 2024), rounded."""

BODY_SHARES: Mapping[Kind, Mapping[Body, int]] = {
    "rural": {"proximite": 45, "transition": 25, "initiative": 30},
    "pavillonnaire": {"proximite": 35, "transition": 25, "initiative": 40},
    "petite_ville": {"proximite": 45, "transition": 25, "initiative": 30},
    "metropole": {"proximite": 27, "transition": 48, "initiative": 25},
}
"""Percent of each body of opinion in each kind of territory; invented."""

MEDIAN_VOTES = 12
"""Most people leave around the end of their first sequence."""

SPREAD_OF_VOTES = 0.65
"""Standard deviation of the logarithm of votes per person: one in ten votes on more than 27 proposals."""


class Odds(NamedTuple):
    """How likely a vote is to agree or to disagree; what remains is neutral."""

    agree: float
    disagree: float


_ODDS = {
    2: Odds(0.86, 0.05),
    1: Odds(0.58, 0.2),
    0: Odds(0.38, 0.32),
    -1: Odds(0.2, 0.6),
    -2: Odds(0.08, 0.83),
}

Likelihoods = Mapping[VoteKey, Mapping[QualifierKey, float]]

_USUAL: Likelihoods = {
    "agree": {"likeIt": 0.2, "doable": 0.18, "platitudeAgree": 0.04},
    "disagree": {"noWay": 0.22, "impossible": 0.08, "platitudeDisagree": 0.03},
    "neutral": {"doNotUnderstand": 0.06, "noOpinion": 0.3, "doNotCare": 0.14},
}
_MARKED: Mapping[Mark, Likelihoods] = {
    "doable": {"agree": {"doable": 0.45}},
    "hard": {"agree": {"doable": 0.04}, "disagree": {"impossible": 0.5}},
    "obvious": {"agree": {"likeIt": 0.05, "platitudeAgree": 0.5}, "disagree": {"platitudeDisagree": 0.6}},
    "unclear": {"neutral": {"doNotUnderstand": 0.75, "noOpinion": 0.1}},
}


@dataclass(frozen=True, slots=True)
class SimulatedParticipant:
    """Someone who takes part: where they live, and what they tend to think."""

    index: int
    kind: Kind
    body: Body


class SimulatedVote(NamedTuple):
    """One vote on one proposal. Qualifiers are all of the side of the choice."""

    participant_index: int
    proposal_key: str
    choice: VoteKey
    qualifiers: tuple[QualifierKey, ...]


def simulate_participants(random: Random, number: int = 3000) -> tuple[SimulatedParticipant, ...]:
    """Draw people: each kind of territory in its share of the population, each body in its share of the kind."""
    kinds = random.choices(KINDS, [POPULATION[kind] for kind in KINDS], k=number)
    return tuple(
        SimulatedParticipant(
            index, kind, random.choices(BODIES, [BODY_SHARES[kind][body] for body in BODIES])[0]
        )
        for index, kind in enumerate(kinds)
    )


def simulate_votes(
    random: Random, participants: Sequence[SimulatedParticipant], proposals: Sequence[DemoProposal]
) -> Iterator[SimulatedVote]:
    """Draw everyone's votes, person after person: on a few proposals or many, each at most once."""
    tables = {
        (body, kind): {proposal.key: vote_odds(proposal, body, kind) for proposal in proposals}
        for body in BODIES
        for kind in KINDS
    }
    likelihoods = {proposal.key: qualifier_likelihoods(proposal.mark) for proposal in proposals}
    for participant in participants:
        odds = tables[participant.body, participant.kind]
        for proposal in random.sample(proposals, _number_of_votes(random, len(proposals))):
            choice = _choice(random, odds[proposal.key])
            qualifiers = likelihoods[proposal.key][choice].items()
            said = tuple(qualifier for qualifier, likelihood in qualifiers if random.random() < likelihood)
            yield SimulatedVote(participant.index, proposal.key, choice, said)


def vote_odds(proposal: DemoProposal, body: Body, kind: Kind) -> Odds:
    """How someone of this body, living in this kind of territory, is likely to vote on a proposal."""
    agree, disagree = _ODDS[proposal.leanings[body]]
    if proposal.mark == "unclear":
        return Odds(agree * 0.45, disagree * 0.45)
    if proposal.kind == kind:
        return Odds(agree + (1 - agree) * 0.25, disagree * 0.75)
    if proposal.kind != "any":
        return Odds(agree * 0.85, disagree)
    return Odds(agree, disagree)


def qualifier_likelihoods(mark: Mark | None) -> Likelihoods:
    """How likely each qualifier is once the vote is cast, given what people often say of the proposal."""
    marked = _MARKED[mark] if mark else {}
    return {choice: {**usual, **marked.get(choice, {})} for choice, usual in _USUAL.items()}


def _number_of_votes(random: Random, proposals: int) -> int:
    """A log-normal number of votes: its median is ``MEDIAN_VOTES``, and a few people vote on everything."""
    return max(1, min(proposals, round(random.lognormvariate(log(MEDIAN_VOTES), SPREAD_OF_VOTES))))


def _choice(random: Random, odds: Odds) -> VoteKey:
    draw = random.random()
    if draw < odds.agree:
        return "agree"
    return "disagree" if draw < odds.agree + odds.disagree else "neutral"
