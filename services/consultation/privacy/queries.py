"""What is held of an account, for its holder to read and take away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, or_, select
from sqlalchemy.orm import Session

from services.consultation.actions.models import Action
from services.consultation.consultations.models import Consultation
from services.consultation.participants.models import Participant
from services.consultation.proposals.models import Proposal
from services.consultation.proposals.rules import PUBLIC_STATES
from services.consultation.voting.models import Vote
from services.consultation.voting.rules import Provenance, choice_of, qualifiers_of
from services.consultation.workshops.models import Workshop, WorkshopPlace

Rows = list[dict[str, Any]]


def held_of(session: Session, subject: UUID) -> dict[str, Rows]:
    """Everything held of `subject`, by kind: rows as objects, nobody else in them."""
    own = (Participant.class_ == "account", Participant.subject == str(subject))
    return {
        "consents": _rows(session, _CONSENTS.where(*own)),
        "votes": [_vote(row) for row in _rows(session, _votes(subject).where(*own))],
        "proposals": _rows(session, _PROPOSALS.where(Proposal.author_subject == subject)),
        "workshop_places": _rows(session, _PLACES.where(WorkshopPlace.subject == subject)),
        "decisions": _rows(session, _DECISIONS.where(Proposal.decided_by == subject)),
        "proposals_in_hand": _rows(session, _IN_HAND.where(Proposal.locked_by == subject)),
        "actions_measured": _rows(session, _MEASURED.where(Action.measurer_account == subject)),
    }


_CONSENTS = (
    select(
        Consultation.slug.label("consultation"),
        Participant.consent_version.label("version"),
        Participant.consented_at,
        Participant.withdrawn_at,
    )
    .join(Participant, Participant.consultation_id == Consultation.id)
    .order_by(Participant.consented_at)
)
_PROPOSALS = (
    select(
        Proposal.id,
        Consultation.slug.label("consultation"),
        Proposal.text,
        Proposal.language,
        Proposal.state,
        Proposal.reason,
        Proposal.note,
        Proposal.submitted_at,
        Proposal.decided_at,
    )
    .join(Consultation, Consultation.id == Proposal.consultation_id)
    .order_by(Proposal.submitted_at)
)
_PLACES = (
    select(
        WorkshopPlace.workshop_id,
        Workshop.title,
        Workshop.starts_at,
        WorkshopPlace.state,
        WorkshopPlace.asked_at,
    )
    .join(Workshop, Workshop.id == WorkshopPlace.workshop_id)
    .order_by(WorkshopPlace.asked_at)
)
_DECISIONS = select(
    Proposal.id.label("proposal_id"), Proposal.state, Proposal.reason, Proposal.note, Proposal.decided_at
).order_by(Proposal.decided_at)
_IN_HAND = select(Proposal.id.label("proposal_id"), Proposal.locked_until)
_MEASURED = select(Action.id.label("action_id"), Action.title).order_by(Action.id)


def _votes(subject: UUID) -> Select[*tuple[Any, ...]]:
    """Votes with what they are on; of a proposal that was refused since, others' words are not shown again."""
    readable = or_(Proposal.state.in_(PUBLIC_STATES), Proposal.author_subject == subject)
    return (
        select(
            Consultation.slug.label("consultation"),
            Vote.proposal_id,
            case((readable, Proposal.text)).label("proposal"),
            Vote.choice,
            Vote.qualifiers,
            Vote.provenance,
            Vote.voted_at,
        )
        .join(Participant, Participant.id == Vote.participant_id)
        .join(Proposal, Proposal.id == Vote.proposal_id)
        .join(Consultation, Consultation.id == Vote.consultation_id)
        .order_by(Vote.voted_at)
    )


def _vote(row: dict[str, Any]) -> dict[str, Any]:
    return row | {
        "choice": choice_of(row["choice"]),
        "qualifiers": qualifiers_of(row["qualifiers"]),
        "provenance": Provenance(row["provenance"]).name.lower(),
    }


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> Rows:
    return [dict(row) for row in session.execute(query).mappings()]
