"""The demo's participants give their consent and vote, by the same commands as everybody.

Everything follows from one seed and from when the consultation opened: loading again after an interruption casts the
same votes, which changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from uuid import UUID

from sqlalchemy import exists, select

from deploy.local.demo.content import accepted_proposals
from deploy.local.demo.proposals import demo_proposals
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
SEED = 2026
A_DAY = timedelta(days=1)
FIRST_DAYS = timedelta(days=12)
CONSENTS_AT_ONCE = 100


def simulated_votes() -> list[list[SimulatedVote]]:
    """Everyone's votes, participant after participant."""
    participants = simulate_participants(_random("participants"), PARTICIPANTS)
    votes = simulate_votes(_random("votes"), participants, demo_proposals())
    return [list(theirs) for _, theirs in groupby(votes, key=lambda vote: vote.participant_index)]


def browser(index: int) -> Identity:
    """The simulated participant of this number: a browser without an account."""
    return Identity("visitor", str(UUID(int=_random(f"browser {index}").getrandbits(128), version=4)))


def all_have_voted(database: Database) -> bool:
    """Whether the votes have all been cast: the last participant's are there."""
    last = browser(PARTICIPANTS - 1)
    with database.transaction() as session:
        voted = exists().where(
            Vote.participant_id == Participant.id,
            Participant.subject == last.subject,
            Participant.class_ == last.class_,
        )
        return bool(session.scalar(select(voted)))


def vote(database: Database, consultation: Consultation, tell: Callable[[int, int], None]) -> None:
    """Let everyone consent and vote. `tell` hears how many of how many have."""
    with database.transaction() as session:
        ids = accepted_proposals(session, consultation)
    everyone = simulated_votes()
    for first in range(0, len(everyone), CONSENTS_AT_ONCE):
        some = everyone[first : first + CONSENTS_AT_ONCE]
        _consent(database, consultation, some)
        with database.autocommit() as connection:
            for theirs in some:
                ballots = [Ballot(ids[each.proposal_key], each.choice, each.qualifiers) for each in theirs]
                index = theirs[0].participant_index
                answers = cast_votes(
                    connection, browser(index), ballots, slug=consultation.slug, at=_hour(consultation, index)
                )
                for refusal in _refusals(answers):
                    raise refusal
        tell(first + len(some), len(everyone))


def _consent(database: Database, consultation: Consultation, some: Sequence[list[SimulatedVote]]) -> None:
    with database.transaction() as session:
        for theirs in some:
            index = theirs[0].participant_index
            at = _hour(consultation, index) - timedelta(minutes=1)
            give_consent(session, consultation, browser(index), consultation.consent_version, at)


def _hour(consultation: Consultation, index: int) -> datetime:
    """When this participant came: some time in the first days, after the proposals were accepted."""
    return consultation.opens_at + A_DAY + FIRST_DAYS * _random(f"hour {index}").random()


def _refusals(answers: Sequence[object]) -> Iterator[Problem]:
    return (answer for answer in answers if isinstance(answer, Problem))


def _random(purpose: str) -> Random:
    return Random(f"{SEED} {purpose}")  # noqa: S311 - a simulation, the same everywhere
