"""The operator's live figures of a consultation: every proposal, whatever its state. Not what is published."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consultation.consultations.queries import get_consultation
from services.consultation.proposals.models import Proposal
from services.consultation.tallies.queries import tallies_of_consultation, voters_by_class
from services.consultation.tallies.rules import NO_VOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFigures:
    """The votes on one proposal. `source_id` is its id where it was imported from, as a text."""

    id: str
    source_id: str | None
    state: str
    text: str
    agree: int
    disagree: int
    neutral: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFigures:
    """`participants` are those with at least one vote; proposals stand in the order they were made in."""

    participants: int
    proposals: list[ProposalFigures]


def live_figures(session: Session, slug: str) -> LiveFigures:
    """The figures of the consultation at `slug`, counted now. Raises `NotFound`."""
    consultation = get_consultation(session, slug)
    tallies = tallies_of_consultation(session, consultation.id)
    made = select(Proposal).where(Proposal.consultation_id == consultation.id).order_by(Proposal.id)
    return LiveFigures(
        participants=sum(voters_by_class(session, consultation.id).values()),
        proposals=[
            ProposalFigures(
                id=str(proposal.id),
                source_id=proposal.source_id,
                state=proposal.state,
                text=proposal.text,
                agree=tally.agree,
                disagree=tally.disagree,
                neutral=tally.neutral,
            )
            for proposal in session.scalars(made)
            for tally in (tallies.get(proposal.id, NO_VOTES),)
        ],
    )
