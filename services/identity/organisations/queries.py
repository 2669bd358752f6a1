"""Which organisations there are."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.chassis.paging import Page, decode_cursor, page
from services.identity.organisations.models import Organisation

_LISTING = "organisations"


def list_organisations(session: Session, *, cursor: str | None, limit: int) -> Page[Organisation]:
    """The organisations by name."""
    query = select(Organisation).order_by(Organisation.sort_key).limit(limit + 1)
    after = decode_cursor(_LISTING, cursor, str)
    if after is not None:
        query = query.where(Organisation.sort_key > after[0])
    return page(_LISTING, session.scalars(query).all(), limit, lambda organisation: [organisation.sort_key])
