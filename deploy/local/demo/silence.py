"""What the demo's invented people would be told is not sent: they have no account, and read no mail."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.contracts.notices import ConsultationNotice, DefisNotice


def tell_nobody(session: Session, invented: Iterable[UUID]) -> None:
    """Take back the notices to these people that wait to be sent: notifications would look for them for hours."""
    owner = database_of(session).owner
    session.execute(
        text("DELETE FROM outbox WHERE type = ANY(:types) AND subject = ANY(:people)"),
        {
            "types": [notice.type(owner) for notice in (ConsultationNotice, DefisNotice)],
            "people": [str(person) for person in invented],
        },
    )
