"""Reading what a sequence is chosen from."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consultation.consultations.models import Consultation
from services.consultation.participants.models import Participant
from services.consultation.participants.rules import Identity
from services.consultation.proposals.models import Proposal
from services.consultation.proposals.queries import ShownProposal, shown
from services.consultation.proposals.rules import LISTED
from services.consultation.sequences.rules import next_cards
from services.consultation.tallies.queries import vote_counts
from services.consultation.tallies.recent import RecentFigures
from services.consultation.voting.models import Vote


@dataclass(frozen=True, slots=True)
class Sequence:
    """Cards for one person, with how many proposals they have voted on and how many are left, these included."""

    items: list[ShownProposal]
    remaining: int
    voted: int


def sequence_for(
    session: Session, consultation: Consultation, who: Identity | None, random: Random, recent: RecentFigures
) -> Sequence:
    """The next cards for `who`, or for somebody unknown, who has voted on nothing.

    How many votes the proposals have may be a few seconds old; what `who` voted on never is.
    """
    id = consultation.id
    pool = recent.get(session, ("pool", id), lambda session: _votes_of_accepted(session, id))
    voted = _voted_by(session, consultation.id, who) & pool.keys() if who else set()
    cards = next_cards(pool, voted, random)
    # The pool may be a moment old: what was set aside meanwhile is not shown.
    still_accepted = {
        proposal.id: proposal
        for proposal in session.scalars(
            select(Proposal).where(Proposal.id.in_(cards), Proposal.state == LISTED)
        )
    }
    proposals = [still_accepted[card] for card in cards if card in still_accepted]
    return Sequence(shown(session, proposals, consultation.slug), len(pool) - len(voted), len(voted))


def _votes_of_accepted(session: Session, consultation_id: UUID) -> dict[UUID, int]:
    """How many votes each accepted proposal has, in the order of their ids."""
    votes = vote_counts(session, consultation_id)
    accepted = (
        select(Proposal.id)
        .where(Proposal.consultation_id == consultation_id, Proposal.state == LISTED)
        .order_by(Proposal.id)
    )
    return {proposal_id: votes.get(proposal_id, 0) for proposal_id in session.scalars(accepted)}


def _voted_by(session: Session, consultation_id: UUID, who: Identity) -> set[UUID]:
    """The proposals that `who` has voted on."""
    query = (
        select(Vote.proposal_id)
        .join(Participant, Participant.id == Vote.participant_id)
        .where(
            Participant.consultation_id == consultation_id,
            Participant.class_ == who.class_,
            Participant.subject == who.subject,
        )
    )
    return set(session.scalars(query))
