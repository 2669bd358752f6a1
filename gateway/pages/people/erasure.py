"""Having one's account erased, and seeing who has declared it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for

from gateway import session
from gateway.clients import account
from gateway.pages.support import page, refused, signed_in, typed
from libs.chassis.access import public

blueprint = Blueprint("erasure", __name__)


@blueprint.get("/account/erasure")
@signed_in
def ask() -> Any:
    """What goes, what stays, and the form, which asks for one's address: nobody erases an account by accident."""
    return page("people/erase.html", values={})


@blueprint.post("/account/erasure")
@signed_in
def erase() -> Any:
    """Erase the account, and lead to the receipt."""
    values = typed("email")
    with refused(lambda problem: page("people/erase.html", 422, values=values, problem=problem)) as outcome:
        erased = account.erase(values["email"])
        session.sign_out()
        session.forget_visitor()
        return redirect(url_for("erasure.show", receipt=erased["receipt"]), 303)
    return outcome.answer


@blueprint.get("/erasure/<receipt>")
@public
def show(receipt: str) -> Any:
    """Who has erased, and who is awaited. Whoever holds the receipt may look: it names nobody."""
    return page("people/receipt.html", erasure=account.erasure(receipt))
