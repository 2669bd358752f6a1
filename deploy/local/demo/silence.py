"""What the demo does not tell: anything to invented people, who read no mail, and old news to those who do."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.contracts.consultation import ProposalSubmitted
from libs.contracts.notices import ConsultationNotice, DefisNotice
from services.notifications.kinds.catalogue import KINDS
from services.notifications.kinds.rules import Level

_NOTICES = (ConsultationNotice, DefisNotice)
_MAILED_AT_ONCE = [kind.code for kind in KINDS.values() if kind.default is Level.AT_ONCE]


def tell_nobody(session: Session, invented: Iterable[UUID]) -> None:
    """Take back the notices to these people that wait to be sent: notifications would look for them for hours."""
    session.execute(
        text("DELETE FROM outbox WHERE type = ANY(:types) AND subject = ANY(:people)"),
        {"types": _types(session), "people": [str(person) for person in invented]},
    )


def tell_no_moderator(session: Session, consultation_id: UUID) -> None:
    """Take back that the proposals of a consultation came in, where that waits to be sent.

    Most are decided already, and a demo begins the same at every start: whether the rest were told of would hang on
    whether notifications heard first who moderates. Moderators are told of what visitors propose.
    """
    session.execute(
        text(
            """
            DELETE FROM outbox
            WHERE type = :type AND envelope::json #>> '{data,consultation_id}' = :consultation
            """
        ),
        {
            "type": ProposalSubmitted.type(database_of(session).owner),
            "consultation": str(consultation_id),
        },
    )


def mail_only_the_latest(session: Session) -> None:
    """Of the notices that would be mailed at once, leave each person the last.

    A demo begins with months of news at one instant, and only so many mails an hour go to one address: what visitors
    do next must find room. What waits for the daily digest stays.
    """
    session.execute(
        text(
            """
            WITH mailed AS (
                SELECT position, max(position) OVER (PARTITION BY subject) AS latest FROM outbox
                WHERE type = ANY(:types) AND envelope::json #>> '{data,kind}' = ANY(:kinds)
            )
            DELETE FROM outbox USING mailed
            WHERE outbox.position = mailed.position AND mailed.position < mailed.latest
            """
        ),
        {"types": _types(session), "kinds": _MAILED_AT_ONCE},
    )


def _types(session: Session) -> list[str]:
    return [notice.type(database_of(session).owner) for notice in _NOTICES]
