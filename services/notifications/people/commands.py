"""Learning how to write to somebody, and forgetting them altogether."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, not_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.chassis.ids import uuid7
from services.notifications.people.models import Pairing, Recipient
from services.notifications.people.rules import email_key


def keep_contact(session: Session, person_id: UUID, email: str, language: str, now: datetime) -> None:
    """Write to an account at `email`, in `language`, from now on. What it chose to receive stays as it is."""
    contact = {"email": email, "email_key": email_key(email), "language": language}
    session.execute(
        insert(Recipient)
        .values(id=person_id, account=True, created_at=now, **contact)
        .on_conflict_do_update(index_elements=[Recipient.id], set_=contact)
    )


def ensure_account(session: Session, person_id: UUID, language: str, now: datetime) -> Recipient:
    """The account of a bearer, held until the transaction ends, even before identity has told its address."""
    added = insert(Recipient).values(id=person_id, account=True, language=language, created_at=now)
    held = added.on_conflict_do_update(
        index_elements=[Recipient.id], set_={"created_at": Recipient.created_at}
    )
    return session.scalars(held.returning(Recipient)).one()


def ensure_address(session: Session, email: str, language: str, now: datetime) -> Recipient:
    """The recipient of a confirmed address without an account, held until the transaction ends."""
    added = insert(Recipient).values(
        id=uuid7(),
        account=False,
        email=email,
        email_key=email_key(email),
        language=language,
        created_at=now,
    )
    # Changing nothing holds the row; finding it first would lose a race against whoever stops following.
    held = added.on_conflict_do_update(
        index_elements=[Recipient.email_key],
        index_where=not_(Recipient.account),
        set_={"created_at": Recipient.created_at},
    )
    return session.scalars(held.returning(Recipient)).one()


def keep_pairing(session: Session, person_id: UUID, owner: str, pairwise_id: UUID) -> None:
    """Know from now on whom `owner` means by `pairwise_id`."""
    session.execute(
        insert(Pairing)
        .values(owner=owner, pairwise_id=pairwise_id, person_id=person_id)
        .on_conflict_do_nothing(index_elements=[Pairing.owner, Pairing.pairwise_id])
    )


def forget_account(session: Session, person_id: UUID) -> tuple[str | None, list[tuple[str, UUID]]]:
    """Remove an account with all that hangs on it.

    Returns the key of its address, if that was known, and the ids that operators know the person by.
    """
    pairings = session.execute(
        delete(Pairing).where(Pairing.person_id == person_id).returning(Pairing.owner, Pairing.pairwise_id)
    ).all()
    key = session.scalar(
        delete(Recipient).where(Recipient.id == person_id, Recipient.account).returning(Recipient.email_key)
    )
    return key, [(owner, pairwise_id) for owner, pairwise_id in pairings]


def forget_pairing(session: Session, owner: str, pairwise_id: UUID) -> None:
    """No longer know whom `owner` means by `pairwise_id`."""
    session.execute(delete(Pairing).where(Pairing.owner == owner, Pairing.pairwise_id == pairwise_id))


def forget_address(session: Session, key: str) -> None:
    """Remove an address that has no account, with all that hangs on it."""
    session.execute(delete(Recipient).where(Recipient.email_key == key, Recipient.account.is_(False)))
