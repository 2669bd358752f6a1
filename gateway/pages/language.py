"""The language switch."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, request

from gateway import session
from gateway.clients import identity
from gateway.security import local_path
from libs.chassis.access import public
from libs.chassis.i18n import LANGUAGES

blueprint = Blueprint("language", __name__)


@blueprint.post("/language")
@public
def choose() -> Any:
    """Read on in another language; an account gets its mails in it too."""
    code = request.form.get("language", "")
    if code not in LANGUAGES:
        abort(400)
    session.choose_language(code)
    if session.account():
        identity.prefer_language(code)
    return redirect(local_path(request.form.get("return_to")), 303)
