"""A commune: what people asked for, who acts there, the next date, what one can lend, who is there to help."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for

from gateway import session
from gateway.clients import notifications, territories
from gateway.clients.titles import Row, listed
from gateway.map.outlines import departements
from gateway.pages.support import page, wants_piece
from gateway.services import Json, ServiceProblem
from libs.chassis.access import public

blueprint = Blueprint("place", __name__)


@blueprint.get("/ici")
@public
def search() -> Any:
    """Find a commune by its name or postal code; while one types, a piece of page."""
    typed = _one_line(request.args.get("q", ""))
    found = territories.search(typed) if typed else []
    template = "territories/_found.html" if wants_piece() else "territories/search.html"
    return page(template, typed=typed, found=found)


@blueprint.get("/ici/<code>")
@public
def show(code: str) -> Any:
    """The page of a commune; the code of a part of one, or of one that was merged, leads to the commune of today."""
    try:
        commune = territories.commune(code)
    except ServiceProblem as problem:
        if problem.status != 404:
            raise
        return _unknown(code)
    if commune["code"] != code:
        return redirect(url_for("place.show", code=commune["code"]), 301)
    around = territories.surroundings(code)
    shown = listed([*around["here"], *around["near"]])
    operator, topic = territories.operator_serving(code), f"commune:{code}"
    acting, near = shown.rows[: len(around["here"])], shown.rows[len(around["here"]) :]
    return page(
        "territories/place.html",
        commune=commune,
        around=around,
        acting=acting,
        near=near,
        silent=bool(shown.silent),
        meeting=next_meeting(acting) or next_meeting(near),
        lend_to=next((row for row in shown.rows if row.told and row.told["state"] == "published"), None),
        operator=operator,
        waiting=None if operator else notifications.followers(topic),
        held=_held(topic),
    )


def next_meeting(rows: list[Row]) -> Row | None:
    """The défi whose next date comes first; None where none has one."""
    dated = [
        (row.next_meeting["starts_at"], place, row) for place, row in enumerate(rows) if row.next_meeting
    ]
    return min(dated)[2] if dated else None


def _unknown(code: str) -> Any:
    """No commune has this code; somebody may have typed a name instead."""
    typed = _one_line(code)
    found = territories.search(typed) if len(typed) > 1 else []
    return page("territories/unknown.html", 404, typed=typed, found=found)


def _one_line(text: str) -> str:
    """What was typed, as far as a name of a commune is long."""
    return " ".join(text.split())[:100]


def _held(topic: str) -> Json | None:
    """The reader's own follow of the commune."""
    if session.account() is None:
        return None
    return next((one for one in notifications.follows() if one["topic"] == topic), None)


@blueprint.app_template_global()
def departement_name(code: str) -> str:
    """The name of a département, for a page."""
    return departements().name_of(code)
