"""One's own notices, and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from libs.chassis.i18n import language_of_request
from libs.chassis.web import Blueprint, account, principal, transaction
from services.notifications.inbox import commands, queries
from services.notifications.inbox.schemas import (
    NOTICES,
    InboxQuery,
    ReadAllSchema,
    ReadSchema,
    UnreadSchema,
)
from services.notifications.wording import words_in

inbox = Blueprint("inbox", __name__, url_prefix="/v1/inbox", description="Notices on the site")


@inbox.get("")
@account
@inbox.arguments(InboxQuery(), location="query")
@inbox.response(200, NOTICES)
def list_notices(query: dict[str, Any]) -> Any:
    """The caller's notices, newest first."""
    with transaction() as session:
        found = queries.list_notices(session, principal().subject, **query)
    return queries.told_page(found, words_in(language_of_request()))


@inbox.get("/unread")
@account
@inbox.response(200, UnreadSchema())
def count_unread() -> dict[str, int]:
    """How many notices the caller has not read."""
    with transaction() as session:
        return {"unread": queries.count_unread(session, principal().subject)}


@inbox.put("/<uuid:notice_id>/read")
@account
@inbox.response(204)
def mark_read(notice_id: UUID) -> None:
    """Mark one notice as read; once more changes nothing."""
    with transaction() as session:
        commands.mark_read(session, principal().subject, notice_id, datetime.now(UTC))


@inbox.post("/read")
@account
@inbox.arguments(ReadAllSchema())
@inbox.response(200, ReadSchema())
def mark_all_read(given: dict[str, Any]) -> dict[str, int]:
    """Mark as read everything up to the newest notice that was shown, or everything."""
    with transaction() as session:
        read = commands.mark_all_read(session, principal().subject, given["up_to"], datetime.now(UTC))
    return {"read": read}
