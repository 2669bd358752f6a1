"""One's account: the name that others see, and everything that is held, to read and to take away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, flash, json
from flask_babel import gettext as _

from gateway import session
from gateway.clients import account, operators
from gateway.pages.support import go, page, refused, signed_in, typed

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
@signed_in
def show() -> Any:
    """The account, and the ways to everything that is one's own."""
    me = account.me()
    return page("people/account.html", me=me, values={"display_name": me["display_name"] or ""})


@blueprint.post("/account")
@signed_in
def rename() -> Any:
    """Change the name that others see."""
    values = typed("display_name")
    with refused(
        lambda problem: page("people/account.html", 422, me=account.me(), values=values, problem=problem)
    ) as outcome:
        session.rename(account.rename(values["display_name"]))
        flash(_("Your name is changed."))
    return outcome.answer or go("account.show")


@blueprint.get("/account/data")
@signed_in
def held() -> Any:
    """How much each service holds, of what."""
    names = {operator["code"]: operator["name"] for operator in operators.known()}
    return page("people/held.html", holdings=account.everything_held(), names=names)


@blueprint.get("/account/data.json")
@signed_in
def take_away() -> Response:
    """All of it, as one file."""
    now = datetime.now(UTC)
    taken = {
        "taken_at": now.isoformat(),
        "held": [
            {"owner": one.owner, "service": one.service, "answered": one.held is not None, "data": one.held}
            for one in account.everything_held()
        ],
    }
    body = json.dumps(taken, ensure_ascii=False, indent=1)
    name = f"maillage-{now:%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, mimetype="application/json", headers=headers)
