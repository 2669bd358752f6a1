"""What the command line may do here that nobody may over HTTP, each within the session it is given."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.chassis.errors import Conflict, FieldError, Invalid, Sentence
from libs.chassis.messages import N_
from libs.chassis.tokens import Grant
from services.identity.keys.commands import KeyRing, withdraw
from services.identity.keys.queries import all_keys
from services.identity.people.commands import change_profile, ensure_person, ensure_subject
from services.identity.people.queries import known_person, person_by_email
from services.identity.people.rules import EmailAddress, read_email
from services.identity.roles.commands import count_administrators
from services.identity.roles.commands import grant_role as _grant_role
from services.identity.roles.queries import grants_of
from services.identity.roles.rules import FIRST_ADMINISTRATOR
from services.identity.settings import IdentitySettings
from services.identity.vault import Vault


def grant_first_administrator(session: Session, email: str, language: str = "fr") -> UUID:
    """Make the person of `email` the coalition's first administrator; they sign in as everybody does.

    Returns the id by which the coalition knows them. Raises `Conflict` when somebody administers it already.
    """
    if count_administrators(session):
        raise Conflict(
            "administrator.exists", N_("Somebody already administers the coalition, and can grant this role.")
        )
    subject = ensure_account(session, email, None, language)
    grant_role(session, subject, FIRST_ADMINISTRATOR.role, FIRST_ADMINISTRATOR.scope)
    return subject


def ensure_account(session: Session, email: str, display_name: str | None, language: str = "fr") -> UUID:
    """The account of `email`, made if there is none; its name is set only then. Returns the coalition's id of it."""
    address = _address(email)
    person, new = ensure_person(session, address, language, datetime.now(UTC))
    if new:
        change_profile(session, person, {"display_name": display_name})
    return ensure_subject(session, person.id, database_of(session).owner)


def grant_role(session: Session, person: UUID, role: str, scope: str) -> None:
    """Give a role to the person whom the coalition knows as `person`; does nothing when they hold it already."""
    holder, grant = known_person(session, person), Grant(role, scope)
    if grant not in grants_of(session, holder.id):
        _grant_role(session, holder, grant, by=None, now=datetime.now(UTC))


def find_account(session: Session, email: str) -> UUID | None:
    """The coalition's id of the account of `email`, if there is one."""
    person = person_by_email(session, _address(email))
    return ensure_subject(session, person.id, database_of(session).owner) if person else None


def withdraw_key(session: Session, settings: IdentitySettings, kid: str) -> None:
    """Give up the signing key `kid`, for example because it leaked: all it signed is refused within a minute.

    Every visitor whose token it signed becomes a new one, and people's access tokens are renewed by their sessions.
    Raises `NotFound`.
    """
    ring = KeyRing(issuer=settings.issuer, vault=Vault(settings.secret), policy=settings.key_policy)
    withdraw(session, ring, kid, datetime.now(UTC))


def describe_keys(session: Session) -> list[dict[str, str]]:
    """Every key whose tokens are believed, the oldest first: its `kid`, its state, and since when it is in it."""
    return [
        {"kid": key.kid, "state": key.dates.state, "since": key.dates.since.isoformat()}
        for key in all_keys(session)
    ]


def _address(email: str) -> EmailAddress:
    address = read_email(email)
    if address is None:
        sentence = Sentence(N_("This is not an e-mail address that mail can be sent to."))
        raise Invalid(
            "email.invalid", N_("This is no e-mail address."), errors=(FieldError("email", sentence),)
        )
    return address
