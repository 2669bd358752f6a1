"""What happened that concerns one: read here, mailed as one chooses, and stopped in one press from a mail."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from gateway.clients import notifications
from gateway.pages.support import go, page, signed_in
from gateway.services import ServiceProblem
from gateway.wording import LEVELS
from libs.chassis.access import public

blueprint = Blueprint("notices", __name__)


@blueprint.get("/notices")
@signed_in
def inbox() -> Any:
    """One's notices, the newest first."""
    return page("notices/inbox.html", listed=notifications.notices(request.args.get("cursor")))


@blueprint.post("/notices/read")
@signed_in
def mark_read() -> Any:
    """Mark as read what was shown."""
    notifications.mark_read(request.form.get("up_to", ""))
    return go("notices.inbox")


@blueprint.get("/account/notifications")
@signed_in
def preferences() -> Any:
    """How each kind of notice is mailed."""
    return page("notices/preferences.html", preferences=notifications.preferences(), levels=LEVELS)


@blueprint.post("/account/notifications")
@signed_in
def choose() -> Any:
    """Change how they are mailed."""
    notifications.choose({kind: level for kind, level in request.form.items() if kind != "csrf_token"})
    flash(_("Your choices are kept."))
    return go("notices.preferences")


@blueprint.get("/follow/confirm")
@public
def ask_to_follow() -> Any:
    """The page behind the link: programs open links by themselves, people press the button."""
    return page("notices/follow.html", token=request.args.get("token", ""), followed=None, problem=None)


@blueprint.post("/follow/confirm")
@public
def confirm_follow() -> Any:
    """Follow what was asked for."""
    try:
        followed = notifications.confirm_follow(request.form.get("token", ""))
    except ServiceProblem as problem:
        if not problem.concerns_input:
            raise
        return page("notices/follow.html", 422, token="", followed=None, problem=problem)
    return page("notices/follow.html", token="", followed=followed, problem=None)


@blueprint.get("/unsubscribe")
@public
def ask_to_stop() -> Any:
    """What the link in a mail would stop, and the button that stops it."""
    token = request.args.get("token", "")
    return page("notices/unsubscribe.html", token=token, found=notifications.what_stops(token))


@blueprint.post("/unsubscribe")
@public
def stop() -> Any:
    """Stop those mails."""
    token = request.form.get("token", "")
    return page("notices/unsubscribe.html", token=token, found=notifications.stop(token))
