"""Reading consultations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from services.consultation.causes.models import Cause
from services.consultation.consultations.models import Consultation
from services.consultation.consultations.rules import status
from services.consultation.tallies.queries import Participation, participation
from services.consultation.tallies.recent import RecentFigures

_LISTING = "consultations"


def get_consultation(session: Session, slug: str) -> Consultation:
    """The consultation at `slug`, with its cause. Raises `NotFound`."""
    found = session.scalar(select(Consultation).where(Consultation.slug == slug))
    if found is None:
        raise NotFound("consultation.unknown", N_("There is no such consultation."))
    return found


def list_consultations(
    session: Session, cursor: str | None, limit: int, *, cause: str | None
) -> Page[Consultation]:
    """A page of consultations, those that open last first; of one cause where its slug is given."""
    after = decode_cursor(_LISTING, cursor, datetime.fromisoformat, UUID)
    query = select(Consultation).order_by(Consultation.opens_at.desc(), Consultation.id.desc())
    if cause is not None:
        query = query.join(Cause).where(Cause.slug == cause)
    if after is not None:
        query = query.where(tuple_(Consultation.opens_at, Consultation.id) < after)
    rows: Sequence[Consultation] = session.scalars(query.limit(limit + 1)).all()
    return page(_LISTING, rows, limit, lambda row: (row.opens_at.isoformat(), str(row.id)))


def recent_participation(
    session: Session, consultation: Consultation, recent: RecentFigures
) -> Participation:
    """How many took part, as counted at most a few seconds ago."""
    id = consultation.id
    return recent.get(session, ("participation", id), lambda session: participation(session, id))


def show(
    session: Session, consultation: Consultation, recent: RecentFigures, now: datetime
) -> dict[str, Any]:
    """A consultation as `ConsultationSchema` shows it: with its status and how many took part."""
    took_part = recent_participation(session, consultation, recent)
    stored = {name: getattr(consultation, name) for name in _SHOWN_AS_STORED}
    return stored | {
        "status": status(consultation.opens_at, consultation.closes_at, now),
        "archived": consultation.archived_at is not None,
        "proposal_length": {"min": consultation.proposal_min, "max": consultation.proposal_max},
        "participants": took_part.participants,
        "votes": took_part.votes,
        "proposals": took_part.proposals.get("accepted", 0),
    }


_SHOWN_AS_STORED = (
    "id", "slug", "cause", "title", "question", "introduction", "languages", "opens_at", "closes_at",
    "can_propose", "votes_target", "proposal_prefix", "provenance",
)  # fmt: skip
