"""Reading causes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Principal
from services.consultation.causes.models import Cause
from services.consultation.causes.rules import coordinates
from services.consultation.consultations.rules import status

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


def show(cause: Cause, caller: Principal | None, now: datetime) -> dict[str, Any]:
    """A cause as `CauseSchema` shows it to `caller`: where it stands in time, and whether they coordinate it."""
    return {name: getattr(cause, name) for name in _SHOWN_AS_STORED} | {
        "status": status(cause.opens_at, cause.closes_at, now),
        "coordinated": coordinates(caller, cause.id),
    }


_SHOWN_AS_STORED = ("id", "slug", "title", "mandate", "opens_at", "closes_at")
