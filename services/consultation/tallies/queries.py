"""Counting votes, always from their rows: there is no counter that could drift from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.consultation.participants.models import Participant
from services.consultation.proposals.models import Proposal
from services.consultation.tallies.rules import NO_VOTES, CountedVotes, Tally, add_up
from services.consultation.voting.models import Vote


def tally_of(session: Session, proposal_id: UUID) -> Tally:
    """The tally of one proposal; an empty one where nobody voted."""
    return tallies_of(session, [proposal_id])[proposal_id]


def tallies_of(session: Session, proposal_ids: Sequence[UUID]) -> dict[UUID, Tally]:
    """The tallies of some proposals, by id; an empty one where nobody voted."""
    # The consultation leads the index, so the votes are reached through it.
    of_these = select(Proposal.consultation_id).where(Proposal.id.in_(proposal_ids)).distinct()
    found = _counted(session, Vote.consultation_id.in_(of_these), Vote.proposal_id.in_(proposal_ids))
    return {id: found.get(id, NO_VOTES) for id in proposal_ids}


def tallies_of_consultation(session: Session, consultation_id: UUID) -> dict[UUID, Tally]:
    """The tallies of every proposal of a consultation that has a vote, by id."""
    return _counted(session, Vote.consultation_id == consultation_id)


def vote_counts(session: Session, consultation_id: UUID) -> dict[UUID, int]:
    """How many votes each proposal of a consultation has, by id; those without any are left out."""
    query = (
        select(Vote.proposal_id, func.count().label("votes"))
        .where(Vote.consultation_id == consultation_id)
        .group_by(Vote.proposal_id)
    )
    return {row.proposal_id: row.votes for row in session.execute(query)}


@dataclass(frozen=True, slots=True)
class Participation:
    """How many took part in a consultation, and in what."""

    voters: Mapping[str, int]
    """Participants with at least one vote, by class; a class without any may be missing."""
    votes: int
    proposals: Mapping[str, int]
    """Proposals by state; a state without any may be missing."""

    @property
    def participants(self) -> int:
        """Participants of all classes with at least one vote."""
        return sum(self.voters.values())


def participation(session: Session, consultation_id: UUID) -> Participation:
    """Counts over a whole consultation."""
    states = select(Proposal.state, func.count()).where(Proposal.consultation_id == consultation_id)
    votes = select(func.count()).select_from(Vote).where(Vote.consultation_id == consultation_id)
    return Participation(
        voters=voters_by_class(session, consultation_id),
        votes=session.scalar(votes) or 0,
        proposals=dict(session.execute(states.group_by(Proposal.state)).all()),
    )


def voters_by_class(session: Session, consultation_id: UUID) -> dict[str, int]:
    """How many participants of each class have at least one vote."""
    voted = select(Vote.participant_id).where(Vote.participant_id == Participant.id).exists()
    query = (
        select(Participant.class_, func.count())
        .where(Participant.consultation_id == consultation_id, voted)
        .group_by(Participant.class_)
    )
    return dict(session.execute(query).all())


def _counted(session: Session, *which: ColumnElement[bool]) -> dict[UUID, Tally]:
    """Tallies by proposal: one grouped query, whose rows are added up here; 40,000 of them stand for 500,000 votes."""
    # Grouped by bare columns: an expression among them hides from the planner how few groups there are, and it sorts.
    kind = (Vote.proposal_id, Vote.choice, Vote.qualifiers, Vote.provenance, Vote.verified)
    query = select(*kind, func.count()).where(*which).group_by(*kind)
    return add_up(CountedVotes._make(row) for row in session.execute(query))
