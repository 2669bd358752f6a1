"""Reading what happened."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Principal
from services.defis.timeline.models import Entry
from services.defis.timeline.rules import PUBLIC, Kind
from services.defis.visibility import Seen, find_defi


def count_entries(session: Session, defi_id: UUID, kind: Kind) -> int:
    """How often something happened in a défi. It never falls: entries stay, whoever leaves or is erased."""
    happened = (Entry.defi_id == defi_id, Entry.kind == kind)
    return session.scalars(select(func.count()).select_from(Entry).where(*happened)).one()


def list_entries(
    session: Session, defi_id: UUID, caller: Principal | None, cursor: str | None, limit: int
) -> Page[Entry]:
    """A page of a défi's timeline, newest first: public entries alone for who is not inside.

    Raises `NotFound` where `caller` may not know of the défi.
    """
    return entries_of(session, find_defi(session, defi_id, caller), cursor, limit)


def entries_of(session: Session, seen: Seen, cursor: str | None, limit: int) -> Page[Entry]:
    """A page of the timeline of a défi, by what the caller is to it.

    Entries come detached from the session; for who is not inside they have lost their actor and reason.
    """
    defi, standing = seen
    listing = f"timeline:{defi.id}"
    after = decode_cursor(listing, cursor, datetime.fromisoformat, UUID)
    query = select(Entry).where(Entry.defi_id == defi.id).order_by(Entry.at.desc(), Entry.id.desc())
    if not standing.inside:
        query = query.where(Entry.kind.in_(PUBLIC))
    if after is not None:
        query = query.where(tuple_(Entry.at, Entry.id) < after)
    rows = session.scalars(query.limit(limit + 1)).all()
    for row in rows:
        session.expunge(row)
        if not standing.inside:
            row.actor = row.reason = None
    return page(listing, rows, limit, lambda row: (row.at.isoformat(), str(row.id)))
