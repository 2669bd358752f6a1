"""Tallies are what a recount of everything that happened gives, whatever happened."""

from __future__ import annotations

from collections import Counter as Count
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.chassis.db import Database
from libs.chassis.ids import uuid4, uuid7
from services.consultation.consultations.models import Consultation
from services.consultation.participants.commands import give_consent, withdraw_consent
from services.consultation.participants.rules import Identity, ParticipantClass
from services.consultation.proposals.models import Proposal
from services.consultation.scoring.rules import QUALIFIER_KEYS, Counter, QualifierKey, VoteKey
from services.consultation.tallies.queries import (
    participation,
    tallies_of,
    tallies_of_consultation,
    tally_of,
    vote_counts,
)
from services.consultation.tallies.rules import NO_VOTES, CountedVotes, Tally, add_up
from services.consultation.voting.commands import Ballot, cast_vote, withdraw_vote
from services.consultation.voting.rules import (
    CHOICE_CODES,
    CHOICES,
    QUALIFIERS,
    UNVERIFIED,
    Provenance,
    mask_of,
)

PEOPLE, PROPOSALS = 4, 3
KINDS: tuple[ParticipantClass, ...] = ("visitor", "account", "visitor", "sheet")


@dataclass(frozen=True)
class Voting:
    person: int
    proposal: int
    choice: VoteKey
    qualifiers: tuple[QualifierKey, ...]
    provenance: Provenance


@dataclass(frozen=True)
class Withdrawing:
    person: int
    proposal: int


@dataclass(frozen=True)
class Leaving:
    person: int


@st.composite
def a_vote(draw: st.DrawFn) -> Voting:
    choice = draw(st.sampled_from(CHOICES))
    qualifiers = draw(st.lists(st.sampled_from(QUALIFIERS[choice]), unique=True))
    return Voting(
        draw(st.integers(0, PEOPLE - 1)),
        draw(st.integers(0, PROPOSALS - 1)),
        choice,
        tuple(qualifiers),
        draw(st.sampled_from(Provenance)),
    )


DEEDS = st.lists(
    st.one_of(
        a_vote(),
        a_vote(),
        st.builds(Withdrawing, st.integers(0, PEOPLE - 1), st.integers(0, PROPOSALS - 1)),
        st.builds(Leaving, st.integers(0, PEOPLE - 1)),
    ),
    max_size=40,
)


@dataclass
class Ledger:
    """Who thinks what in the end, kept the simplest way there is."""

    votes: dict[tuple[int, int], Voting] = field(default_factory=dict)

    def note(self, deed: Voting | Withdrawing | Leaving) -> None:
        match deed:
            case Voting():
                self.votes[deed.person, deed.proposal] = deed
            case Withdrawing():
                self.votes.pop((deed.person, deed.proposal), None)
            case Leaving():
                self.votes = {key: vote for key, vote in self.votes.items() if key[0] != deed.person}

    def tally(self, proposal: int) -> dict[Any, tuple[int, int, int]]:
        """(all, verified, in sequence) of each key chosen."""
        every, verified, sequence = Count[Any](), Count[Any](), Count[Any]()
        for vote in self.votes.values():
            if vote.proposal == proposal:
                for key in (vote.choice, *vote.qualifiers):
                    every[key] += 1
                    verified[key] += vote.provenance is not Provenance.AGENT
                    sequence[key] += vote.provenance in (Provenance.SEQUENCE, Provenance.IMPORT)
        return {key: (every[key], verified[key], sequence[key]) for key in every}


def act(database: Database, consultation: Consultation, person: Identity, deed: Any, ids: list[UUID]) -> None:
    now = datetime.now(UTC)
    if isinstance(deed, Leaving):
        with database.transaction() as session:
            withdraw_consent(session, consultation, person, now)
            give_consent(session, consultation, person, 1, now)
        return
    with database.autocommit() as connection:
        if isinstance(deed, Withdrawing):
            withdraw_vote(connection, person, ids[deed.proposal])
        else:
            ballot = Ballot(ids[deed.proposal], deed.choice, deed.qualifiers)
            cast_vote(connection, person, ballot, provenance=deed.provenance)


@settings(max_examples=60)
@given(deeds=DEEDS)
def test_a_recount_of_votes_changes_and_withdrawals_equals_the_tallies(
    database: Database, consultation: Consultation, deeds: list[Any]
) -> None:
    people = [Identity(kind, str(uuid4())) for kind in KINDS]
    ids = [uuid7() for _ in range(PROPOSALS)]
    with database.transaction() as session:
        for id in ids:
            session.add(
                Proposal(
                    id=id,
                    consultation_id=consultation.id,
                    text="Il faut des bancs.",
                    language="fr",
                    state="accepted",
                    submitted_at=datetime.now(UTC),
                )
            )
        for person in people:
            give_consent(session, consultation, person, 1, datetime.now(UTC))
    ledger = Ledger()
    for deed in deeds:
        act(database, consultation, people[deed.person], deed, ids)
        ledger.note(deed)
    with database.transaction() as session:
        some, every = tallies_of(session, ids), tallies_of_consultation(session, consultation.id)
        counts = vote_counts(session, consultation.id)
        for place, id in enumerate(ids):
            expected = ledger.tally(place)
            found = {key: (c.count, c.verified, c.sequence) for key, c in some[id].counters.items()}
            assert found == expected
            assert every.get(id, NO_VOTES) == some[id] == tally_of(session, id)
            assert counts.get(id, 0) == some[id].total


def test_participation_counts_those_who_voted_by_class(
    database: Database, consultation: Consultation, make_proposal: Any
) -> None:
    proposal, other = make_proposal(), make_proposal()
    make_proposal(state="refused", reason="test")
    people = [Identity(kind, str(uuid4())) for kind in KINDS]
    with database.transaction() as session:
        for person in people:
            give_consent(session, consultation, person, 1, datetime.now(UTC))
    with database.autocommit() as connection:
        for person in people[:3]:
            cast_vote(connection, person, Ballot(proposal, "agree"))
        cast_vote(connection, people[0], Ballot(other, "agree"))
    with database.transaction() as session:
        counted = participation(session, consultation.id)
    assert counted.voters == {"visitor": 2, "account": 1}
    assert (counted.participants, counted.votes) == (3, 4)
    assert counted.proposals == {"accepted": 2, "refused": 1}


def test_nothing_was_counted_where_nobody_voted(database: Database, make_proposal: Any) -> None:
    proposal = make_proposal()
    with database.transaction() as session:
        tally = tally_of(session, proposal)
        assert tallies_of(session, []) == {}
    assert (tally.agree, tally.total) == (0, 0)
    assert tally.qualifiers == dict.fromkeys(QUALIFIER_KEYS, 0)


def test_adding_up_merges_what_is_alike_but_for_its_provenance() -> None:
    proposal = uuid7()
    liked = mask_of(["likeIt"])
    rows = [
        CountedVotes(proposal, CHOICE_CODES["agree"], liked, Provenance.SEQUENCE, True, 5),
        CountedVotes(proposal, CHOICE_CODES["agree"], 0, Provenance.PAGE, True, 2),
        CountedVotes(proposal, CHOICE_CODES["agree"], liked, Provenance.AGENT, False, 1),
        CountedVotes(proposal, CHOICE_CODES["neutral"], 0, Provenance.IMPORT, True, 3),
    ]
    assert add_up(rows) == {
        proposal: Tally({"agree": Counter(8, 7, 5), "likeIt": Counter(6, 5, 5), "neutral": Counter(3, 3, 3)})
    }


@pytest.mark.parametrize("provenance", Provenance)
def test_only_what_an_agent_entered_waits_to_be_verified(provenance: Provenance) -> None:
    assert (provenance in UNVERIFIED) == (provenance is Provenance.AGENT)
