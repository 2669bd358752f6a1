"""One's own data over HTTP. Erasure is asked of identity, which tells every service."""

from __future__ import annotations

from typing import Any

from libs.chassis.web import Blueprint, account, principal, transaction
from services.consultation.privacy import queries
from services.consultation.privacy.schemas import HeldSchema

blueprint = Blueprint("privacy", __name__, url_prefix="/v1/me", description="What is held of the caller.")


@blueprint.get("/held")
@account
@blueprint.response(200, HeldSchema())
def show_held() -> Any:
    """Everything held here of the caller, to read and take away."""
    with transaction() as session:
        return queries.held_of(session, principal().subject)
