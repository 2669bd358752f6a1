"""Asking for the mail that lets one in. What is in it buys a session at `/v1/token`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from libs.chassis.i18n import language_of_request
from libs.chassis.web import Blueprint, extension, public, transaction
from services.identity.sign_in import commands
from services.identity.sign_in.models import SignIn
from services.identity.sign_in.schemas import SignInAnswerSchema, SignInSchema

sign_in = Blueprint("sign_in", __name__, url_prefix="/v1/sign-in", description="Signing in by mail")


@sign_in.post("")
@public
@sign_in.arguments(SignInSchema())
@sign_in.response(202, SignInAnswerSchema())
def ask_for_mail(asked: dict[str, Any]) -> SignIn:
    """Have a link and a code mailed."""
    vault, post = extension("identity.vault"), extension("identity.post")
    request = commands.Asked(**asked, fallback_language=language_of_request())
    with transaction() as session:
        return commands.ask_for_mail(session, vault, post, request, datetime.now(UTC))
