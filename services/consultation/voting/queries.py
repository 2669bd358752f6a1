"""Reading one's own votes; nobody reads another's."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from services.consultation.participants.models import Participant
from services.consultation.participants.rules import Identity
from services.consultation.proposals.models import Proposal
from services.consultation.voting.commands import CastVote
from services.consultation.voting.models import Vote
from services.consultation.voting.rules import choice_of, qualifiers_of


def get_own_vote(session: Session, who: Identity, proposal_id: UUID) -> CastVote:
    """What `who` voted on a proposal. Raises `NotFound` where they did not."""
    vote = session.scalar(
        select(Vote)
        .join(Proposal, Proposal.id == Vote.proposal_id)
        .join(Participant, Participant.id == Vote.participant_id)
        .where(
            Proposal.id == proposal_id,
            # Through the consultation, because that is how participants are found by an index.
            Participant.consultation_id == Proposal.consultation_id,
            Participant.class_ == who.class_,
            Participant.subject == who.subject,
        )
    )
    if vote is None:
        raise NotFound("vote.none", N_("You have not voted on this proposal."))
    return CastVote(proposal_id, choice_of(vote.choice), qualifiers_of(vote.qualifiers), vote.voted_at)
