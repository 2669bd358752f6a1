"""Signing in by e-mail: an address, then the six digits or the link of the mail.

Mail scanners open links: the link's page only shows a button, and the button signs in.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from gateway import session
from gateway.clients import identity
from gateway.pages.support import go, page
from gateway.security import local_path
from gateway.services import Json, ServiceProblem
from libs.chassis.access import public

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
@public
def form() -> Any:
    """Ask for an address."""
    return page("sign_in/email.html", return_to=local_path(request.args.get("return_to")))


@blueprint.post("/sign-in")
@public
def ask() -> Any:
    """Have the mail sent, and go on to its code."""
    email, return_to = request.form.get("email", "").strip(), local_path(request.form.get("return_to"))
    try:
        identity.ask_for_link(email, str(get_locale()), return_to)
    except ServiceProblem as problem:
        if not problem.concerns_input:
            raise
        return page("sign_in/email.html", 422, email=email, return_to=return_to, problem=problem)
    return go("sign_in.code")


@blueprint.get("/sign-in/code")
@public
def code() -> Any:
    """Ask for the six digits, once a mail is on its way."""
    if session.pending_sign_in() is None:
        return go("sign_in.form")
    return page("sign_in/code.html")


@blueprint.post("/sign-in/code")
@public
def enter_code() -> Any:
    """Sign in with the six digits."""
    pending = session.pending_sign_in()
    if pending is None:
        return go("sign_in.form")
    typed = request.form.get("code", "")
    try:
        answer = identity.sign_in_by_code(typed)
    except ServiceProblem as problem:
        if problem.status >= 500:
            raise
        return page("sign_in/code.html", 422, code=typed, problem=problem)
    return _welcome(answer, pending["return_to"])


@blueprint.get("/sign-in/link")
@public
def link() -> Any:
    """The page that the mail's link opens: a button, which consumes nothing until pressed."""
    return page("sign_in/link.html", token=request.args.get("token", ""))


@blueprint.post("/sign-in/link")
@public
def confirm_link() -> Any:
    """Sign in with the link's token."""
    pending = session.pending_sign_in() or {}
    try:
        answer = identity.sign_in_by_link(request.form.get("token", ""))
    except ServiceProblem as problem:
        if problem.status >= 500:
            raise
        return page("sign_in/link.html", 422, token="", problem=problem)
    return _welcome(answer, pending.get("return_to", "/"))


@blueprint.post("/sign-out")
@public
def sign_out() -> Any:
    """End the session."""
    identity.sign_out()
    flash(_("You are signed out."))
    return go("home.index")


def _welcome(answer: Json, asked_from: str) -> Any:
    """Back to where signing in was asked for: as identity kept it (another device), else as this browser did."""
    flash(_("Welcome: your account is open.") if answer.get("new_account") else _("You are signed in."))
    kept = local_path(answer.get("return_to"), default=local_path(asked_from))
    return redirect(kept or url_for("home.index"), 303)
