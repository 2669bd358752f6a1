"""The front door: what is being asked, and how it goes on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from gateway.clients import consultation
from gateway.pages.support import page
from libs.chassis.access import public

blueprint = Blueprint("home", __name__)

_RANK = {"open": 0, "upcoming": 1, "closed": 2}


@blueprint.get("/")
@public
def index() -> Any:
    """The consultations, a page at a time, the open ones first on each."""
    listed = consultation.consultations(request.args.get("cursor"))
    found = sorted(listed["items"], key=lambda one: _RANK.get(one["status"], 3))
    return page("home.html", consultations=found, next=listed["next"])
