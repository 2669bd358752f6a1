"""Reading consultations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from services.consultation.consultations.models import Consultation

_LISTING = "consultations"


def get_consultation(session: Session, slug: str) -> Consultation:
    """The consultation at `slug`, with its cause. Raises `NotFound`."""
    found = session.scalar(select(Consultation).where(Consultation.slug == slug))
    if found is None:
        raise NotFound("consultation.unknown", N_("There is no such consultation."))
    return found


def list_consultations(session: Session, cursor: str | None, limit: int) -> Page[Consultation]:
    """A page of consultations, those that open last first."""
    after = decode_cursor(_LISTING, cursor, datetime.fromisoformat, UUID)
    query = select(Consultation).order_by(Consultation.opens_at.desc(), Consultation.id.desc())
    if after is not None:
        query = query.where(tuple_(Consultation.opens_at, Consultation.id) < after)
    rows: Sequence[Consultation] = session.scalars(query.limit(limit + 1)).all()
    return page(_LISTING, rows, limit, lambda row: (row.opens_at.isoformat(), str(row.id)))
