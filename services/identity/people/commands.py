"""Coming to be known, and saying what one wants to be called."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, not_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.chassis.ids import uuid4, uuid7
from libs.chassis.outbox import erase_subject, record
from libs.contracts.identity import ContactConfirmed, PersonRegistered, SubjectPaired
from services.identity.people.models import PairwiseSubject, Person
from services.identity.people.rules import EmailAddress

TOLD_AT_ONCE = 200
"""Accounts of one run of `tell_untold_contacts`, so that none holds the outbox for long."""


def ensure_person(session: Session, email: EmailAddress, language: str, now: datetime) -> tuple[Person, bool]:
    """The person of `email`, and whether they are new. Of two first sign-ins at once, one registers the person."""
    made = session.execute(
        insert(Person)
        .values(
            id=uuid7(),
            email=email.text,
            email_key=email.key,
            language=language,
            contact_told=True,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[Person.email_key])
        .returning(Person.id)
    ).scalar_one_or_none()
    person = session.scalars(select(Person).where(Person.email_key == email.key)).one()
    if made is not None:
        subject = ensure_subject(session, person.id, database_of(session).owner)
        record(session, PersonRegistered(person_id=subject, language=language))
        _tell_contact(session, person)
    return person, made is not None


def ensure_subject(session: Session, person_id: UUID, owner: str) -> UUID:
    """The id under which `owner` knows the person, drawn at the first need."""
    drawn = session.execute(
        insert(PairwiseSubject)
        .values(person_id=person_id, owner=owner, subject=uuid4())
        .on_conflict_do_nothing(index_elements=[PairwiseSubject.person_id, PairwiseSubject.owner])
        .returning(PairwiseSubject.subject)
    ).scalar_one_or_none()
    here = database_of(session).owner
    if drawn is not None and owner != here:
        known_as = session.get_one(PairwiseSubject, (person_id, here)).subject
        record(session, SubjectPaired(person_id=known_as, owner=owner, pairwise_id=drawn))
    return drawn or session.get_one(PairwiseSubject, (person_id, owner)).subject


def change_profile(session: Session, person: Person, changes: dict[str, Any]) -> None:
    """Set `display_name` (None takes it away) and `language`, whichever is given."""
    spoken = person.language
    for field in changes.keys() & {"display_name", "language"}:
        setattr(person, field, changes[field])
    if person.language != spoken:
        _tell_contact(session, person)


def tell_untold_contacts(session: Session, _now: datetime) -> None:
    """Scheduled job: tell of accounts that are older than who listens, and by which ids operators know them."""
    untold = select(Person).where(not_(Person.contact_told)).order_by(Person.id).limit(TOLD_AT_ONCE)
    for person in session.scalars(untold.with_for_update(skip_locked=True)).all():
        _tell_contact(session, person)
        _tell_pairings(session, person)
        person.contact_told = True


def forget_person(session: Session, person: Person) -> dict[str, UUID]:
    """Remove an account that is erased, with its sessions and roles, and whatever was still to be told of it.

    Returns the id by which each owner knew it. The caller holds the row.
    """
    known = select(PairwiseSubject.owner, PairwiseSubject.subject).where(
        PairwiseSubject.person_id == person.id
    )
    subjects = {row.owner: row.subject for row in session.execute(known.order_by(PairwiseSubject.owner))}
    erase_subject(session, str(subjects[database_of(session).owner]))
    session.execute(delete(Person).where(Person.id == person.id))
    return subjects


def _tell_contact(session: Session, person: Person) -> None:
    subject = ensure_subject(session, person.id, database_of(session).owner)
    record(session, ContactConfirmed(person_id=subject, email=person.email, language=person.language))


def _tell_pairings(session: Session, person: Person) -> None:
    subjects = session.scalars(
        select(PairwiseSubject).where(PairwiseSubject.person_id == person.id).order_by(PairwiseSubject.owner)
    ).all()
    here = database_of(session).owner
    (known_as,) = (paired.subject for paired in subjects if paired.owner == here)
    for paired in subjects:
        if paired.owner != here:
            record(session, SubjectPaired(person_id=known_as, owner=paired.owner, pairwise_id=paired.subject))
