"""Following a commune, a défi, a proposal or a consultation: with an account in one press, by mail without one.

The form itself is `templates/components/follow.html`, for any page; here is what it leads to.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, abort, flash, redirect, request
from flask_babel import get_locale
from flask_babel import gettext as _

from gateway import session
from gateway.clients import notifications
from gateway.clients.followed import names_of
from gateway.pages.support import page, refused, signed_in, typed
from gateway.security import local_path
from gateway.services import Json
from gateway.wording import TOPICS
from libs.chassis.access import public

blueprint = Blueprint("follows", __name__)

_TOPIC = re.compile(r"(?P<kind>[a-z]+):[0-9A-Za-z-]{1,40}")


@blueprint.get("/follow")
@public
def form() -> Any:
    """The form by itself, where a list has no room for one in every row."""
    topic = request.args.get("topic", "")
    return page("follows/form.html", **_shown(topic, request.args.get("return_to")), held=_held(topic))


@blueprint.post("/follow")
@public
def follow() -> Any:
    """Follow with one's account; or have a mail sent, whatever the address follows already."""
    topic = request.form.get("topic", "")
    shown = _shown(topic, request.form.get("return_to"))
    values = typed("email")
    with refused(lambda problem: _again(shown, values, problem)) as outcome:
        if session.account() is not None:
            notifications.follow(topic)
            flash(_("You follow it from now on."))
        else:
            notifications.ask_to_follow(values["email"], topic, str(get_locale()))
            flash(
                _("A mail is on its way to this address. Press its button within two days, and you follow.")
            )
    return outcome.answer or redirect(shown["return_to"], 303)


@blueprint.post("/follow/stop")
@signed_in
def stop() -> Any:
    """Cease to follow, with one's account."""
    notifications.unfollow(request.form.get("follow", ""))
    flash(_("You do not follow it any more."))
    return redirect(local_path(request.form.get("return_to"), "/account/follows"), 303)


@blueprint.get("/account/follows")
@signed_in
def mine() -> Any:
    """All that one follows, each with the button that stops it."""
    follows = notifications.follows()
    return page("follows/mine.html", follows=follows, names=names_of(follows), kind_of=kind_of)


def kind_of(topic: str) -> str:
    """What sort of thing a topic is, or an empty text: `commune` for `commune:35238`."""
    found = _TOPIC.fullmatch(topic)
    return found["kind"] if found and found["kind"] in TOPICS else ""


def _shown(topic: str, return_to: str | None) -> Json:
    kind = kind_of(topic)
    if not kind:
        abort(404)
    default = f"/ici/{topic.partition(':')[2]}" if kind == "commune" else "/"
    return {"topic": topic, "kind": kind, "return_to": local_path(return_to, default)}


def _again(shown: Json, values: Json, problem: Any) -> Any:
    """The form with what was typed; the service says whether the address is wrong or asked too often."""
    if "topic" in problem.fields:
        abort(404)
    status = 429 if problem.status == 429 else 422
    return page("follows/form.html", status, **shown, held=None, values=values, problem=problem)


def _held(topic: str) -> Json | None:
    """The reader's own follow of it."""
    if session.account() is None:
        return None
    return next((one for one in notifications.follows() if one["topic"] == topic), None)
