"""Every component of the design system on one page, to look at and to test."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway.pages.support import page
from libs.chassis.access import public

blueprint = Blueprint("components", __name__)

_TALLY = {
    "agree": 412,
    "neutral": 96,
    "disagree": 143,
    "total": 651,
    "qualifiers": {"likeIt": 120, "doable": 88},
}


@blueprint.get("/components")
@public
def gallery() -> Any:
    """The gallery; its examples are of one vote that nobody cast."""
    return page("components.html", tally=_TALLY, nobody={"agree": 0, "neutral": 0, "disagree": 0, "total": 0})
