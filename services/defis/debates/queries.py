"""Reading the arguments of a debate."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Principal
from services.defis.debates.models import Argument
from services.defis.meetings.queries import get_meeting
from services.defis.visibility import find_defi


def list_arguments(
    session: Session,
    defi_id: UUID,
    meeting_id: UUID,
    caller: Principal | None,
    side: str | None,
    cursor: str | None,
    limit: int,
) -> Page[dict[str, Any]]:
    """A page of a debate's arguments, oldest first, without their authors. Raises `NotFound`."""
    defi, _ = find_defi(session, defi_id, caller)
    meeting = get_meeting(session, defi, meeting_id)
    listing = f"arguments:{meeting.id}:{side or ''}"
    after = decode_cursor(listing, cursor, UUID)
    query = select(Argument).where(Argument.meeting_id == meeting.id).order_by(Argument.id)
    if side is not None:
        query = query.where(Argument.side == side)
    if after is not None:
        query = query.where(Argument.id > after[0])
    rows = session.scalars(query.limit(limit + 1)).all()
    found = page(listing, rows, limit, lambda row: (str(row.id),))
    return Page([shown(argument, caller) for argument in found.items], found.next)


def shown(argument: Argument, caller: Principal | None) -> dict[str, Any]:
    """An argument as `caller` sees it."""
    return {
        "id": argument.id,
        "side": argument.side,
        "text": argument.text,
        "written_at": argument.written_at,
        "own": caller is not None and argument.author == caller.subject,
    }
