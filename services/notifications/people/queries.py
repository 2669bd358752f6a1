"""Finding whom something is for."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from services.notifications.people.models import Pairing, Recipient


def recipient_known_as(session: Session, owner: str, pairwise_id: UUID) -> Recipient | None:
    """The account that `owner` knows as `pairwise_id`; None until it can be written to."""
    person_id: UUID | None = pairwise_id
    if owner != database_of(session).owner:
        person_id = session.scalar(
            select(Pairing.person_id).where(Pairing.owner == owner, Pairing.pairwise_id == pairwise_id)
        )
    return session.scalar(
        select(Recipient).where(Recipient.id == person_id, Recipient.account, Recipient.email.is_not(None))
    )


def hold_recipient(session: Session, recipient_id: UUID) -> Recipient | None:
    """A recipient, held until the transaction ends: nothing is mailed to them meanwhile."""
    return session.scalar(
        select(Recipient).where(Recipient.id == recipient_id).with_for_update(key_share=True)
    )
