"""Keeping who moderates what."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.contracts.envelope import Envelope
from services.notifications.roles.models import Moderation

_ENDED_FOR = timedelta(days=40)
"""How long it is kept that somebody no longer moderates: longer than a mailbox knows a duplicate, or an event waits."""


def keep_moderation(
    session: Session, envelope: Envelope, person_id: UUID, scope: str, *, holds: bool
) -> None:
    """Know from now on whether somebody moderates within `scope`, unless a later fact has said so already.

    So any order of the facts of a person, and any repetition of them, ends with the same row.
    """
    said = {"holds": holds, "sequence": envelope.sequence, "since": envelope.time}
    statement = insert(Moderation).values(person_id=person_id, scope=scope, **said)
    new = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Moderation.person_id, Moderation.scope],
            set_={name: new[name] for name in said},
            where=new.sequence > Moderation.sequence,
        )
    )


def forget_moderations(session: Session, person_id: UUID) -> None:
    """No longer know what somebody moderates, or did."""
    session.execute(delete(Moderation).where(Moderation.person_id == person_id))


def forget_ended_moderations(session: Session, now: datetime) -> None:
    """Scheduled job: forget what ended long enough ago."""
    session.execute(delete(Moderation).where(~Moderation.holds, Moderation.since < now - _ENDED_FOR))


def begin_telling(session: Session, consultation_id: UUID) -> bool:
    """Be the one who tells its moderators, until the transaction ends; False, at once, while somebody else is."""
    key = {"key": f"telling moderators of {consultation_id}"}
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 0))"), key))
