"""A cause: what it is for, where it stands, and one thread from a proposal to a measure."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway.clients import actions, causes, workshops
from gateway.pages.causes.phases import phases
from gateway.pages.causes.threads import longest
from gateway.pages.support import page
from libs.chassis.access import public

blueprint = Blueprint("causes", __name__)


@blueprint.get("/causes/<slug:slug>")
@public
def show(slug: str) -> Any:
    """The cause, its consultations, workshops and actions."""
    cause = causes.cause(slug)
    asked, convened = causes.consultations_of(slug), workshops.workshops_of(slug)
    every = actions.actions_of(slug)
    origins = causes.proposals(id for action in every for id in action["proposals"])
    return page(
        "causes/show.html",
        cause=cause,
        phases=phases(cause, asked, convened, every),
        consultations=asked,
        coming=[one for one in reversed(convened) if one["state"] == "scheduled"],
        past=[one for one in convened if one["state"] != "scheduled"],
        actions=[one for one in every if one["status"] != "draft"],
        drafts=[one for one in every if one["status"] == "draft"],
        thread=longest(every, origins),
    )
