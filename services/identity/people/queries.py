"""Who somebody is, as the API says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.chassis.errors import NotFound, Unauthenticated
from libs.chassis.messages import N_
from libs.chassis.tokens import Grant, Principal
from services.identity.people.models import PairwiseSubject, Person
from services.identity.people.rules import EmailAddress
from services.identity.roles.queries import grants_of


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as this owner's API names them: `id` is the pairwise id."""

    id: UUID
    email: str
    display_name: str | None
    language: str
    roles: Sequence[Grant]


def person_by_email(session: Session, email: EmailAddress) -> Person | None:
    """The account of an address."""
    return session.scalars(select(Person).where(Person.email_key == email.key)).one_or_none()


def person_by_subject(session: Session, subject: UUID) -> Person | None:
    """The person whom the owner of this service knows as `subject`."""
    owner = database_of(session).owner
    query = (
        select(Person)
        .join(PairwiseSubject, PairwiseSubject.person_id == Person.id)
        .where(PairwiseSubject.owner == owner, PairwiseSubject.subject == subject)
    )
    return session.scalars(query).one_or_none()


def known_person(session: Session, subject: UUID) -> Person:
    """The person known as `subject`. Raises `NotFound`."""
    person = person_by_subject(session, subject)
    if person is None:
        raise NotFound("person.unknown", N_("There is no such person."))
    return person


def caller(session: Session, principal: Principal) -> Person:
    """The account that a token stands for. Raises `Unauthenticated` when it no longer exists."""
    person = person_by_subject(session, principal.subject)
    if person is None:
        raise Unauthenticated("account.gone", N_("This account no longer exists."))
    return person


def view(session: Session, person: Person) -> PersonView:
    """`person` as the API shows them."""
    owner = database_of(session).owner
    subject = session.get_one(PairwiseSubject, (person.id, owner)).subject
    return PersonView(
        subject, person.email, person.display_name, person.language, grants_of(session, person.id)
    )
