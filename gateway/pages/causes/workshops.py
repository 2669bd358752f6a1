"""A workshop: what it was convened on, coming to it, and what came out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash
from flask_babel import gettext as _

from gateway import hours
from gateway.clients import actions, causes, workshops
from gateway.pages.support import go, page, refused, signed_in
from gateway.services import Json, ServiceProblem
from libs.chassis.access import public

blueprint = Blueprint("workshops", __name__, url_prefix="/workshops/<uuid:workshop_id>")


@blueprint.get("")
@public
def show(workshop_id: UUID) -> Any:
    """The workshop, as its reader sees it."""
    return page("workshops/show.html", **_shown(workshop_id))


@blueprint.post("/place")
@signed_in
def ask_for_place(workshop_id: UUID) -> Any:
    """Ask for a place, or the next on the waiting list."""
    with refused(lambda problem: _again(workshop_id, problem)) as outcome:
        got = workshops.ask_for_place(workshop_id)
        flash(_say(got))
    return outcome.answer or go("workshops.show", workshop_id=workshop_id, _anchor="place")


@blueprint.post("/place/return")
@signed_in
def give_place_back(workshop_id: UUID) -> Any:
    """Give the place back to the first who waits."""
    with refused(lambda problem: _again(workshop_id, problem)) as outcome:
        workshops.give_place_back(workshop_id)
        flash(_("Your place is given back. Thank you for saying so: somebody else can come."))
    return outcome.answer or go("workshops.show", workshop_id=workshop_id, _anchor="place")


def _say(got: Json) -> str:
    if got["state"] == "registered":
        return str(_("You have a place. We look forward to seeing you."))
    return str(_("No place is left: you are on the waiting list, at rank %(rank)s.", rank=got["rank"]))


def _again(workshop_id: UUID, problem: ServiceProblem) -> Any:
    return page("workshops/show.html", 422, problem=problem, **_shown(workshop_id))


def _shown(workshop_id: UUID) -> Json:
    """What the page holds. The rank is asked for only where there is one."""
    workshop = workshops.workshop(workshop_id)
    return {
        "workshop": workshop,
        "span": hours.span,
        "cause": causes.cause(workshop["cause"]),
        "proposals": causes.proposals(workshop["proposals"]),
        "actions": actions.actions_from(workshop_id) if workshop["actions"] else [],
        "rank": workshops.place(workshop_id)["rank"] if workshop["mine"] == "waiting" else None,
    }
