"""The demo's participants give their consent and vote, by the same commands as everybody.

Everything follows from one seed and from when the consultation opened: loading again after an interruption casts the
same votes, which changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from uuid import UUID

from sqlalchemy import exists, select

from deploy.local.demo.content import accepted_proposals
from deploy.local.demo.past import past_consultation
from deploy.local.demo.proposals import DemoProposal, demo_proposals
from deploy.local.demo.simulation import SimulatedVote, simulate_participants, simulate_votes
from libs.chassis.db import Database
from libs.chassis.errors import Problem
from services.consultation.consultations.models import Consultation
from services.consultation.participants.commands import give_consent
from services.consultation.participants.models import Participant
from services.consultation.participants.rules import Identity
from services.consultation.voting.commands import Ballot, cast_votes
from services.consultation.voting.models import Vote

PARTICIPANTS = 3000
PAST_PARTICIPANTS = 600
SEED = 2026
A_DAY = timedelta(days=1)
FIRST_DAYS = timedelta(days=12)
CONSENTS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who takes part in one of the demo's consultations, and what they vote on; `name` tells one from another."""

    name: str
    people: int
    proposals: tuple[DemoProposal, ...]

    def random(self, purpose: str) -> Random:
        """Chance, the same at every start."""
        return Random(f"{SEED} {self.name}{purpose}")  # noqa: S311 - a simulation, the same everywhere

    def votes(self) -> list[list[SimulatedVote]]:
        """Everyone's votes, participant after participant."""
        participants = simulate_participants(self.random("participants"), self.people)
        votes = simulate_votes(self.random("votes"), participants, self.proposals)
        return [list(theirs) for _, theirs in groupby(votes, key=lambda vote: vote.participant_index)]

    def browser(self, index: int) -> Identity:
        """The simulated participant of this number: a browser without an account."""
        subject = UUID(int=self.random(f"browser {index}").getrandbits(128), version=4)
        return Identity("visitor", str(subject))

    def hour(self, consultation: Consultation, index: int) -> datetime:
        """When this participant came: some time in the first days, after the proposals were accepted."""
        return consultation.opens_at + A_DAY + FIRST_DAYS * self.random(f"hour {index}").random()


def present_crowd() -> Crowd:
    """Those who take part in the open consultation."""
    return Crowd("", PARTICIPANTS, demo_proposals())


def past_crowd() -> Crowd:
    """Those who took part in the closed one."""
    return Crowd("past ", PAST_PARTICIPANTS, past_consultation().proposals)


def all_have_voted(database: Database, crowd: Crowd) -> bool:
    """Whether the votes have all been cast: the last participant's are there."""
    last = crowd.browser(crowd.people - 1)
    with database.transaction() as session:
        voted = exists().where(
            Vote.participant_id == Participant.id,
            Participant.subject == last.subject,
            Participant.class_ == last.class_,
        )
        return bool(session.scalar(select(voted)))


def vote(
    database: Database, consultation: Consultation, crowd: Crowd, tell: Callable[[int, int], None]
) -> None:
    """Let everyone consent and vote. `tell` hears how many of how many have."""
    with database.transaction() as session:
        ids = accepted_proposals(session, consultation, crowd.proposals)
    everyone = crowd.votes()
    for first in range(0, len(everyone), CONSENTS_AT_ONCE):
        some = everyone[first : first + CONSENTS_AT_ONCE]
        _consent(database, consultation, crowd, some)
        with database.autocommit() as connection:
            for theirs in some:
                ballots = [Ballot(ids[each.proposal_key], each.choice, each.qualifiers) for each in theirs]
                index = theirs[0].participant_index
                answers = cast_votes(
                    connection,
                    crowd.browser(index),
                    ballots,
                    slug=consultation.slug,
                    at=crowd.hour(consultation, index),
                )
                for refusal in _refusals(answers):
                    raise refusal
        tell(first + len(some), len(everyone))


def _consent(
    database: Database, consultation: Consultation, crowd: Crowd, some: Sequence[list[SimulatedVote]]
) -> None:
    with database.transaction() as session:
        for theirs in some:
            index = theirs[0].participant_index
            at = crowd.hour(consultation, index) - timedelta(minutes=1)
            give_consent(session, consultation, crowd.browser(index), consultation.consent_version, at)


def _refusals(answers: Sequence[object]) -> Iterator[Problem]:
    return (answer for answer in answers if isinstance(answer, Problem))
