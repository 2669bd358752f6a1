"""The demo's simulated votes: always the same for a seed, and shaped like a consultation."""

from collections import Counter as Tally
from random import Random
from statistics import median

import pytest

from deploy.local.demo.proposals import BODIES, KINDS, Body, Kind, demo_proposals
from deploy.local.demo.simulation import (
    BODY_SHARES,
    POPULATION,
    SimulatedParticipant,
    SimulatedVote,
    qualifier_likelihoods,
    simulate_participants,
    simulate_votes,
    vote_odds,
)
from services.consultation.scoring.rules import QUALIFIER_KEYS, VOTE_KEYS, Counter, Key, Zone, score_proposal

PROPOSALS = {proposal.key: proposal for proposal in demo_proposals()}
SIDES = {vote: QUALIFIER_KEYS[3 * i : 3 * i + 3] for i, vote in enumerate(VOTE_KEYS)}


def simulate(seed: int) -> tuple[tuple[SimulatedParticipant, ...], list[SimulatedVote]]:
    random = Random(seed)
    people = simulate_participants(random)
    return people, list(simulate_votes(random, people, demo_proposals()))


@pytest.fixture(scope="module")
def simulation() -> tuple[tuple[SimulatedParticipant, ...], list[SimulatedVote]]:
    return simulate(2026)


@pytest.fixture(scope="module")
def people(
    simulation: tuple[tuple[SimulatedParticipant, ...], list[SimulatedVote]],
) -> tuple[SimulatedParticipant, ...]:
    return simulation[0]


@pytest.fixture(scope="module")
def votes(simulation: tuple[tuple[SimulatedParticipant, ...], list[SimulatedVote]]) -> list[SimulatedVote]:
    return simulation[1]


def test_a_seed_always_gives_the_same_votes_and_another_seed_others(votes: list[SimulatedVote]) -> None:
    assert simulate(2026)[1] == votes
    assert simulate(2027)[1] != votes


def test_three_thousand_people_vote(people: tuple[SimulatedParticipant, ...]) -> None:
    assert len(people) == 3000


def test_everyone_votes_at_least_once_and_never_twice_on_a_proposal(votes: list[SimulatedVote]) -> None:
    assert {vote.participant_index for vote in votes} == set(range(3000))
    assert len({(vote.participant_index, vote.proposal_key) for vote in votes}) == len(votes)


def test_most_people_vote_on_a_sequence_or_two_and_a_few_on_everything(votes: list[SimulatedVote]) -> None:
    numbers = sorted(Tally(vote.participant_index for vote in votes).values())
    assert 11 <= median(numbers) <= 24
    assert numbers[0] <= 3
    assert numbers[-1] == len(PROPOSALS)
    assert 35_000 < len(votes) < 60_000


def test_every_proposal_is_voted_on_about_as_often(votes: list[SimulatedVote]) -> None:
    numbers = Tally(vote.proposal_key for vote in votes)
    assert set(numbers) == set(PROPOSALS)
    assert max(numbers.values()) < 1.25 * min(numbers.values())


def test_qualifiers_are_always_of_the_side_of_the_vote_and_all_are_used(votes: list[SimulatedVote]) -> None:
    for vote in votes:
        assert set(vote.qualifiers) <= set(SIDES[vote.choice])
        assert len(set(vote.qualifiers)) == len(vote.qualifiers)
    assert {qualifier for vote in votes for qualifier in vote.qualifiers} == set(QUALIFIER_KEYS)


def test_each_kind_of_territory_appears_in_its_share(people: tuple[SimulatedParticipant, ...]) -> None:
    kinds = Tally(person.kind for person in people)
    for kind in KINDS:
        share = POPULATION[kind] / sum(POPULATION.values())
        assert abs(kinds[kind] / len(people) - share) < 0.03


def test_bodies_of_opinion_are_shared_out_otherwise_in_each_kind_of_territory(
    people: tuple[SimulatedParticipant, ...],
) -> None:
    for kind in KINDS:
        there = [person.body for person in people if person.kind == kind]
        for body in BODIES:
            assert abs(there.count(body) / len(there) - BODY_SHARES[kind][body] / 100) < 0.08
    assert all(sum(shares.values()) == 100 for shares in BODY_SHARES.values())


def agreement(
    people: tuple[SimulatedParticipant, ...], votes: list[SimulatedVote], key: str
) -> dict[Body, float]:
    """The share of each body's votes that agree with a proposal."""
    shares: dict[Body, float] = {}
    for body in BODIES:
        cast = [v.choice for v in votes if v.proposal_key == key and people[v.participant_index].body == body]
        shares[body] = cast.count("agree") / len(cast)
    return shares


@pytest.mark.parametrize("key", [p.key for p in demo_proposals() if {2, -2} <= set(p.leanings.values())])
def test_a_divisive_proposal_really_divides_the_bodies(
    key: str, people: tuple[SimulatedParticipant, ...], votes: list[SimulatedVote]
) -> None:
    shares = agreement(people, votes, key)
    assert max(shares.values()) - min(shares.values()) > 0.5


def test_a_consensual_proposal_unites_the_bodies(
    people: tuple[SimulatedParticipant, ...], votes: list[SimulatedVote]
) -> None:
    assert min(agreement(people, votes, "guichet-humain").values()) > 0.75


def test_people_like_more_what_speaks_to_their_kind_of_territory() -> None:
    proposal = PROPOSALS["bus-medical"]
    at_home, elsewhere = (vote_odds(proposal, "initiative", kind) for kind in ("rural", "metropole"))
    assert at_home.agree > elsewhere.agree
    assert at_home.disagree < elsewhere.disagree


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("kind", KINDS)
def test_odds_and_likelihoods_are_probabilities(body: Body, kind: Kind) -> None:
    for proposal in demo_proposals():
        agree, disagree = vote_odds(proposal, body, kind)
        assert agree >= 0
        assert disagree >= 0
        assert agree + disagree <= 1
        said = qualifier_likelihoods(proposal.mark)
        assert {vote: tuple(said[vote]) for vote in VOTE_KEYS} == SIDES
        assert all(0 <= likelihood <= 1 for side in said.values() for likelihood in side.values())


def test_results_show_every_zone_and_more_than_one_proposal_in_each(votes: list[SimulatedVote]) -> None:
    counts: dict[str, Tally[Key]] = {key: Tally() for key in PROPOSALS}
    for vote in votes:
        counts[vote.proposal_key].update([vote.choice, *vote.qualifiers])
    zones = Tally(
        score_proposal({key: Counter(n, n, n) for key, n in tally.items()}, Random(0)).zone
        for tally in counts.values()
    )
    assert set(zones) == set(Zone)
    assert min(zones.values()) >= 4


def test_what_is_marked_unclear_is_mostly_not_understood(votes: list[SimulatedVote]) -> None:
    unclear = {proposal.key for proposal in demo_proposals() if proposal.mark == "unclear"}
    said = [vote for vote in votes if vote.proposal_key in unclear]
    assert sum("doNotUnderstand" in vote.qualifiers for vote in said) > 0.4 * len(said)
