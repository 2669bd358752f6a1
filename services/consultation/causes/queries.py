"""Reading causes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from services.consultation.causes.models import Cause

_LISTING = "causes"


def get_cause(session: Session, slug: str) -> Cause:
    """The cause at `slug`. Raises `NotFound`."""
    found = session.scalar(select(Cause).where(Cause.slug == slug))
    if found is None:
        raise NotFound("cause.unknown", N_("There is no such cause."))
    return found


def list_causes(session: Session, cursor: str | None, limit: int) -> Page[Cause]:
    """A page of causes, those that open last first."""
    after = decode_cursor(_LISTING, cursor, datetime.fromisoformat, UUID)
    query = select(Cause).order_by(Cause.opens_at.desc(), Cause.id.desc())
    if after is not None:
        query = query.where(tuple_(Cause.opens_at, Cause.id) < after)
    rows = session.scalars(query.limit(limit + 1)).all()
    return page(_LISTING, rows, limit, lambda row: (row.opens_at.isoformat(), str(row.id)))
