"""The next cards: never one already voted on, the least voted first, in an order of one's own."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from services.consultation.consultations.models import Consultation
from services.consultation.sequences.rules import SIZE, next_cards
from tests.consultation.conftest import MakeProposal, Tokens, Voters

PATH = "/api/consultation/v1/consultations/vivre-mieux/sequence"
POOLS = st.dictionaries(st.uuids(), st.integers(0, 50), max_size=60)


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in answer.json["items"]]


@given(POOLS, st.data(), st.randoms(use_true_random=False))
def test_a_sequence_never_repeats_what_was_voted_on(
    pool: dict[UUID, int], data: st.DataObject, random: Random
) -> None:
    voted = set(data.draw(st.lists(st.sampled_from(sorted(pool)), unique=True))) if pool else set()
    cards = next_cards(pool, voted, random)
    assert len(cards) == len(set(cards)) == min(SIZE, len(pool) - len(voted))
    assert not voted & set(cards)


@given(POOLS, st.randoms(use_true_random=False))
def test_no_card_has_more_votes_than_one_left_out(pool: dict[UUID, int], random: Random) -> None:
    cards = next_cards(pool, set(), random)
    left = [votes for proposal, votes in pool.items() if proposal not in cards]
    assert [pool[card] for card in cards] == sorted(pool[card] for card in cards)
    if cards and left:
        assert max(pool[card] for card in cards) <= min(left)


@given(POOLS, st.integers())
def test_a_vote_leaves_the_other_cards_in_their_order(pool: dict[UUID, int], seed: int) -> None:
    before = next_cards(pool, set(), Random(seed), size=len(pool))
    if before:
        after = next_cards(pool, {before[0]}, Random(seed), size=len(pool))
        assert after == before[1:]


@pytest.mark.parametrize("seed", range(5))
def test_votes_spread_evenly_over_the_proposals(seed: int) -> None:
    random = Random(seed)
    votes = dict.fromkeys(sorted(UUID(int=random.getrandbits(128)) for _ in range(100)), 0)
    for person in range(50):
        for card in next_cards(votes, set(), Random(f"{seed}-{person}")):
            votes[card] += 1
    assert max(votes.values()) - min(votes.values()) <= 1


def test_two_people_are_not_shown_the_same_cards_first() -> None:
    votes = dict.fromkeys((UUID(int=number) for number in range(200)), 0)
    first = Counter(next_cards(votes, set(), Random(str(person)))[0] for person in range(300))
    assert len(first) > 100
    assert max(first.values()) < 15


def test_somebody_without_consent_or_without_a_token_gets_cards(
    client: FlaskClient, tokens: Tokens, make_proposal: MakeProposal
) -> None:
    proposals = {str(make_proposal()) for _ in range(3)}
    for headers in ({}, tokens.visitor(), tokens.account()):
        answer = client.get(PATH, headers=headers)
        assert answer.status_code == 200
        assert set(ids(answer)) == proposals
        assert answer.json is not None
        assert (answer.json["remaining"], answer.json["voted"]) == (3, 0)


def test_the_cards_go_on_until_everything_is_voted_on(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal
) -> None:
    proposals = {str(make_proposal()) for _ in range(30)}
    make_proposal(state="pending")
    headers, seen, sizes = voters.visitor(), set[str](), []
    while cards := ids(answer := client.get(PATH, headers=headers)):
        assert answer.json is not None
        assert (answer.json["remaining"], answer.json["voted"]) == (30 - len(seen), len(seen))
        assert not seen & set(cards)
        sizes.append(len(cards))
        for card in cards:
            assert voters.vote(headers, UUID(card)).status_code == 200
        seen |= set(cards)
    assert seen == proposals
    assert sizes == [12, 12, 6]
    assert answer.json == {"items": [], "remaining": 0, "voted": 30}


def test_the_same_person_sees_the_same_cards_again(
    client: FlaskClient, tokens: Tokens, make_proposal: MakeProposal
) -> None:
    for _ in range(20):
        make_proposal()
    headers = tokens.visitor()
    assert ids(client.get(PATH, headers=headers)) == ids(client.get(PATH, headers=headers))


def test_the_least_voted_come_first(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal, tokens: Tokens
) -> None:
    popular = [make_proposal() for _ in range(4)]
    fresh = {str(make_proposal()) for _ in range(12)}
    headers = voters.visitor()
    for proposal in popular:
        voters.vote(headers, proposal)
    assert set(ids(client.get(PATH, headers=tokens.visitor()))) == fresh


def test_a_withdrawn_vote_brings_the_card_back(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal
) -> None:
    proposal, headers = make_proposal(), voters.visitor()
    voters.vote(headers, proposal)
    assert ids(client.get(PATH, headers=headers)) == []
    client.delete(f"/api/consultation/v1/proposals/{proposal}/vote", headers=headers)
    assert ids(client.get(PATH, headers=headers)) == [str(proposal)]


def test_an_unknown_consultation_has_no_sequence(client: FlaskClient, consultation: Consultation) -> None:
    assert client.get(PATH.replace("vivre-mieux", "inconnue")).status_code == 404


def test_no_cache_keeps_what_depends_on_who_asks(client: FlaskClient, consultation: Consultation) -> None:
    assert client.get(PATH).headers["Cache-Control"] == "no-store"
