"""One's own data over HTTP. Erasure is asked of identity, which tells every service."""

from __future__ import annotations

from libs.chassis.web import Blueprint, account, principal, transaction
from services.notifications.privacy import queries
from services.notifications.privacy.queries import Held
from services.notifications.privacy.schemas import HeldSchema

privacy = Blueprint("privacy", __name__, url_prefix="/v1/me", description="What is held of the caller")


@privacy.get("/held")
@account
@privacy.response(200, HeldSchema())
def show_held() -> Held:
    """Everything held here of the caller, to read and take away."""
    with transaction() as session:
        return queries.held_of(session, principal().subject)
