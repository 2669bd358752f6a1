"""Opening sessions, using them and ending them.

A link or a code is consumed by deleting the row of its sign-in: of two who use it at once, one finds the row.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.chassis.errors import FieldError, Invalid, Sentence, Unauthenticated
from libs.chassis.messages import N_
from services.identity.keys.signer import Bearer
from services.identity.operators.queries import serves_people
from services.identity.people.commands import ensure_person, ensure_subject
from services.identity.people.models import Person
from services.identity.people.rules import EmailAddress
from services.identity.roles.queries import grants_of
from services.identity.roles.rules import concerns
from services.identity.sessions.models import OpenSession, SignIn
from services.identity.sessions.rules import SESSION_LIFETIME, digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session just opened. `secret` is told once, to the browser's gateway; here only its digest stays."""

    secret: str
    expires_at: datetime
    person: Person
    new_account: bool
    return_to: str


def open_by_link(session: Session, token: str, now: datetime) -> Opened:
    """Open a session with the secret of a link. Raises `Invalid` for one used, expired or never made."""
    used = _consume(session, SignIn.token_digest == digest(token), now)
    opened = _open(session, used, now) if used else None
    if opened is None:
        raise _refused(
            "sign_in.link", "token", N_("This link was used already or has expired. Ask for another.")
        )
    return opened


def open_by_request(session: Session, request: UUID, now: datetime) -> Opened:
    """Open a session for a sign-in whose code was just found right. Raises `Invalid` when it was used meanwhile."""
    used = _consume(session, SignIn.id == request, now)
    opened = _open(session, used, now) if used else None
    if opened is None:
        raise wrong_code()
    return opened


def wrong_code() -> Invalid:
    """What everyone hears whose code does not work, whatever the reason."""
    return _refused("sign_in.code", "code", N_("This code is wrong, was used already or has expired."))


def holder(session: Session, secret: str, now: datetime) -> Person:
    """Who holds the session with that secret. Raises `Unauthenticated` when it is over or never was."""
    query = (
        select(Person)
        .join(OpenSession, OpenSession.person_id == Person.id)
        .where(OpenSession.secret_digest == digest(secret), OpenSession.expires_at > now)
    )
    person = session.scalars(query).one_or_none()
    if person is None:
        raise Unauthenticated("session.over", N_("This session is over. Please sign in again."))
    return person


def bearer_for(session: Session, person: Person, audience: str) -> Bearer:
    """What a token will say of `person` to `audience`: its own id of them, and the roles that are its business.

    Raises `Invalid` when the audience is neither this owner nor an operator that people may be sent to.
    """
    if audience != database_of(session).owner and not serves_people(session, audience):
        raise _refused("token.audience", "audience", N_("No token can be made for this audience."))
    return Bearer(
        subject=ensure_subject(session, person.id, audience),
        kind="account",
        audience=audience,
        grants=[grant for grant in grants_of(session, person.id) if concerns(grant.scope, audience)],
    )


def end_session(session: Session, secret: str) -> None:
    """End the session with that secret. Does nothing when it is over already."""
    session.execute(delete(OpenSession).where(OpenSession.secret_digest == digest(secret)))


def forget_expired(session: Session, now: datetime) -> None:
    """Scheduled job: remove the sign-ins and sessions whose time has passed."""
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    session.execute(delete(OpenSession).where(OpenSession.expires_at <= now))


def _consume(session: Session, which: ColumnElement[bool], now: datetime) -> SignIn | None:
    consumed = delete(SignIn).where(which, SignIn.expires_at > now).returning(SignIn)
    return session.scalars(consumed).one_or_none()


def _open(session: Session, used: SignIn, now: datetime) -> Opened | None:
    person, new = ensure_person(session, EmailAddress(used.email), used.language, now)
    if person.email != used.email:
        # The account was made meanwhile under another spelling of the address: this mail went elsewhere.
        return None
    secret, expires_at = secrets.token_urlsafe(32), now + SESSION_LIFETIME
    session.add(
        OpenSession(secret_digest=digest(secret), person_id=person.id, created_at=now, expires_at=expires_at)
    )
    session.flush()
    return Opened(
        secret=secret, expires_at=expires_at, person=person, new_account=new, return_to=used.return_to
    )


def _refused(code: str, field: str, message: str) -> Invalid:
    return Invalid(code, message, errors=(FieldError(field, Sentence(message)),))
