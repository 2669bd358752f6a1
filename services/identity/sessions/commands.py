"""Opening sessions, using them and ending them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.chassis.errors import Conflict, FieldError, Invalid, Sentence, Unauthenticated
from libs.chassis.messages import N_
from services.identity.keys.signer import Bearer
from services.identity.operators.queries import serves_people, territories_served
from services.identity.people.commands import ensure_person, ensure_subject
from services.identity.people.models import Person
from services.identity.people.rules import EmailAddress
from services.identity.roles.queries import grants_of
from services.identity.roles.rules import concerns
from services.identity.sessions.models import OpenSession
from services.identity.sessions.rules import LIFETIME
from services.identity.sign_in.models import SignIn
from services.identity.vault import fingerprint, new_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session just opened. `secret` is told once, to the browser's gateway; here only its digest stays."""

    secret: str
    expires_at: datetime
    person: Person
    new_account: bool
    return_to: str


def open_session(session: Session, used: SignIn, now: datetime) -> Opened:
    """Open a session for whoever read the mail of a sign-in just used, registering them if they are new.

    Raises `Conflict` when the account was made meanwhile under another spelling of the address: that mail may have
    gone to another mailbox.
    """
    person, new = ensure_person(session, EmailAddress(used.email), used.language, now)
    if person.email != used.email:
        raise Conflict("sign_in.overtaken", N_("An account was opened meanwhile. Ask for another mail."))
    secret, expires_at = new_secret(), now + LIFETIME
    session.add(
        OpenSession(
            secret_digest=fingerprint(secret), person_id=person.id, created_at=now, expires_at=expires_at
        )
    )
    session.flush()
    return Opened(
        secret=secret, expires_at=expires_at, person=person, new_account=new, return_to=used.return_to
    )


def holder(session: Session, secret: str, now: datetime) -> Person:
    """Who holds the session with that secret. Raises `Unauthenticated` when it is over or never was."""
    query = (
        select(Person)
        .join(OpenSession, OpenSession.person_id == Person.id)
        .where(OpenSession.secret_digest == fingerprint(secret), OpenSession.expires_at > now)
        # An erasure waits until the token's subject is drawn; a token waits for an erasure, and then finds nobody.
        .with_for_update(read=True, key_share=True, of=Person)
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
        message = N_("No token can be made for this audience.")
        raise Invalid("token.audience", message, errors=(FieldError("audience", Sentence(message)),))
    served = territories_served(session, audience)
    return Bearer(
        subject=ensure_subject(session, person.id, audience),
        kind="account",
        audience=audience,
        grants=[grant for grant in grants_of(session, person.id) if concerns(grant.scope, audience, served)],
    )


def end_session(session: Session, secret: str) -> None:
    """End the session with that secret. Does nothing when it is over already."""
    session.execute(delete(OpenSession).where(OpenSession.secret_digest == fingerprint(secret)))


def forget_expired(session: Session, now: datetime) -> None:
    """Scheduled job: remove the sessions whose time has passed."""
    session.execute(delete(OpenSession).where(OpenSession.expires_at <= now))
