"""What waits for moderators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from libs.chassis.paging import decode_cursor, page
from libs.chassis.tokens import Principal
from services.consultation.consultations.models import Consultation
from services.consultation.consultations.queries import get_consultation
from services.consultation.moderation.rules import ROLE, scopes_over
from services.consultation.proposals.models import Proposal
from services.consultation.proposals.queries import ShownProposal, shown
from services.consultation.proposals.rules import UNDECIDED


@dataclass(frozen=True, slots=True)
class Queue:
    """How many proposals wait, how many were postponed, and a page of both."""

    pending: int
    postponed: int
    items: Sequence[ShownProposal]
    next: str | None


def moderated_consultation(session: Session, slug: str, caller: Principal) -> Consultation:
    """The consultation, for one of its moderators. Raises `NotFound`, or `Forbidden` to anybody else."""
    consultation = get_consultation(session, slug)
    caller.require(ROLE, *scopes_over(consultation.cause_id))
    return consultation


def show_queue(session: Session, consultation: Consultation, cursor: str | None, limit: int) -> Queue:
    """What is undecided, oldest first."""
    listing = f"moderation:{consultation.slug}"
    after = decode_cursor(listing, cursor, datetime.fromisoformat, UUID)
    query = (
        select(Proposal)
        .where(Proposal.consultation_id == consultation.id, Proposal.state.in_(UNDECIDED))
        .order_by(Proposal.submitted_at, Proposal.id)
    )
    if after is not None:
        query = query.where(tuple_(Proposal.submitted_at, Proposal.id) > after)
    rows = session.scalars(query.limit(limit + 1)).all()
    found = page(listing, rows, limit, lambda row: (row.submitted_at.isoformat(), str(row.id)))
    counts = count_undecided(session, consultation.id)
    return Queue(
        counts["pending"], counts["postponed"], shown(session, found.items, consultation.slug), found.next
    )


def count_undecided(session: Session, consultation_id: UUID) -> dict[str, int]:
    """How many proposals are in each of the undecided states."""
    query = (
        select(Proposal.state, func.count().label("waiting"))
        .where(Proposal.consultation_id == consultation_id, Proposal.state.in_(UNDECIDED))
        .group_by(Proposal.state)
    )
    return dict.fromkeys(UNDECIDED, 0) | {row.state: row.waiting for row in session.execute(query)}
