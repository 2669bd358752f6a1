"""One's own data over HTTP: what is held, having it erased, and who has declared that it is.

Erasing is a POST: it takes a body, which HTTP gives no meaning with DELETE, and it makes something, the receipt.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from libs.chassis.web import Blueprint, account, extension, principal, public, transaction
from services.identity.people.queries import caller
from services.identity.people.rules import EmailAddress
from services.identity.privacy import commands, queries
from services.identity.privacy.queries import ErasureView, Held
from services.identity.privacy.schemas import ErasedSchema, ErasureRequestSchema, ErasureSchema, HeldSchema

privacy = Blueprint("privacy", __name__, url_prefix="/v1", description="What is held of people; erasure")


@privacy.get("/me/held")
@account
@privacy.response(200, HeldSchema())
def show_held() -> Held:
    """Everything identity holds of the caller, to read and take away."""
    with transaction() as session:
        return queries.held_of(session, caller(session, principal()))


@privacy.post("/me/erasure")
@account
@privacy.arguments(ErasureRequestSchema())
@privacy.response(202, ErasedSchema())
def erase_me(typed: dict[str, EmailAddress]) -> ErasureView:
    """Erase the caller's account here and have every service that knows them do the same; sessions end at once."""
    now, post, log = datetime.now(UTC), extension("identity.post"), extension("identity.erasure_log")
    with transaction() as session:
        person = queries.caller_to_erase(session, principal())
        erased = commands.erase(session, person, typed["email"], post, log, now)
        return replace(queries.view(session, erased.erasure, now), receipt=erased.receipt)


@privacy.get("/erasures/<receipt>")
@public
@privacy.response(200, ErasureSchema())
def show_erasure(receipt: str) -> ErasureView:
    """Which services have declared an erasure, and which are awaited or late. Whoever holds the receipt may ask."""
    with transaction() as session:
        return queries.show_erasure(session, receipt, datetime.now(UTC))
