"""What a link, a code or a session buys: access tokens; and signing out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from libs.chassis.read_only import check_writable, reads
from libs.chassis.web import Blueprint, extension, public, transaction
from services.identity.keys.rules import ACCESS_TOKEN
from services.identity.keys.signer import Bearer
from services.identity.people.models import Person
from services.identity.people.queries import PersonView, view
from services.identity.sessions import commands
from services.identity.sessions.commands import Opened
from services.identity.sessions.schemas import SignOutSchema, TokenRequestSchema, TokenSchema
from services.identity.sign_in.commands import try_code, use_code, use_link, useless_code
from services.identity.sign_in.rules import read_code

sessions = Blueprint("sessions", __name__, url_prefix="/v1", description="Sessions and access tokens")

Json = dict[str, Any]


@sessions.post("/token")
@reads
@public
@sessions.arguments(TokenRequestSchema())
@sessions.response(200, TokenSchema())
def token(given: Json) -> Json:
    """An access token, for a link, a code or a session."""
    if given["grant_type"] != "session":
        check_writable()
    extension("identity.signer").check()  # first: nothing is consumed where no token can be signed
    return _GRANTS[given["grant_type"]](given, datetime.now(UTC))


@sessions.delete("/session")
@public
@sessions.arguments(SignOutSchema())
@sessions.response(204)
def sign_out(given: Json) -> None:
    """End a session. Whoever holds its secret may; one that is over already is no error."""
    with transaction() as session:
        commands.end_session(session, given["session"])


def _by_link(given: Json, now: datetime) -> Json:
    with transaction() as session:
        opened = commands.open_session(session, use_link(session, given["token"], now), now)
        entry = _entry(session, opened.person)
    return _access(*entry) | _opening(opened)


def _by_code(given: Json, now: datetime) -> Json:
    vault, code = extension("identity.vault"), read_code(given["code"]) or ""
    with transaction() as session:  # of its own: the try counts, whatever becomes of the request
        right = try_code(session, vault, given["request"], code, now)
    if not right:
        raise useless_code()
    with transaction() as session:
        opened = commands.open_session(session, use_code(session, given["request"], now), now)
        entry = _entry(session, opened.person)
    return _access(*entry) | _opening(opened)


def _by_session(given: Json, now: datetime) -> Json:
    with transaction() as session:
        entry = _entry(session, commands.holder(session, given["session"], now), given.get("audience"))
    return _access(*entry)


def _entry(session: Session, person: Person, audience: str | None = None) -> tuple[Bearer, PersonView]:
    """What a token will say of `person`, to this owner unless another audience is named, and the person shown."""
    bearer = commands.bearer_for(session, person, audience or extension("identity.settings").owner)
    return bearer, view(session, person)


def _access(bearer: Bearer, person: PersonView) -> Json:
    signed = extension("identity.signer").sign(bearer, ACCESS_TOKEN)
    return {"access_token": signed.token, "expires_in": int(ACCESS_TOKEN.total_seconds()), "person": person}


def _opening(opened: Opened) -> Json:
    return {
        "session": opened.secret,
        "session_expires_at": opened.expires_at,
        "return_to": opened.return_to,
        "new_account": opened.new_account,
    }


_GRANTS = {"email_link": _by_link, "email_code": _by_code, "session": _by_session}
