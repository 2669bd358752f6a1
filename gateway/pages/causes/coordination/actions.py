"""Setting actions up: who answers, who measures, where it stands, what is to be reached and measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash
from flask_babel import gettext as _

from gateway.clients import actions, causes
from gateway.pages.causes import forms
from gateway.pages.causes.coordination.door import coordinated, let_in
from gateway.pages.causes.coordination.proposals import chosen
from gateway.pages.support import go, page, refused, signed_in, typed
from gateway.services import Json, ServiceProblem

blueprint = Blueprint("acting", __name__, url_prefix="/coordination")

_BODIES = ("bodies_owner", "bodies_measurer", "bodies_measurer_account")
_NEW = (*forms.two("title", "description"), *_BODIES)
_MILESTONE = (*forms.two("milestone_title"), "milestone_due_on")
_MEASURED = ("unit", "baseline", "target", "first_due_on", "every_months")
_INDICATOR = (*forms.two("indicator_title"), *(f"indicator_{name}" for name in _MEASURED))


@blueprint.get("/<slug:slug>/actions/new")
@signed_in
def new(slug: str) -> Any:
    """The form, with the proposals chosen."""
    return _form(slug, dict.fromkeys(_NEW, ""))


@blueprint.post("/<slug:slug>/actions/new")
@signed_in
def create(slug: str) -> Any:
    """Set up an action with its owner and its measurer."""
    values = typed(*_NEW)
    with refused(lambda problem: _form(slug, values, problem)) as outcome:
        texts = {name: forms.localised(values, name) for name in ("title", "description")}
        made = actions.create(slug, {**texts, "bodies": _bodies(values), "proposals": chosen()})
        flash(_("The action is set up. Give it what it is measured by."))
        outcome.answer = go("acting.show", action_id=made["id"])
    return outcome.answer


@blueprint.get("/actions/<uuid:action_id>")
@signed_in
def show(action_id: UUID) -> Any:
    """What can be done with an action now."""
    return _desk(action_id)


@blueprint.post("/actions/<uuid:action_id>/bodies")
@signed_in
def adopt(action_id: UUID) -> Any:
    """A draft gets who answers for it and who measures it."""
    values = typed(*_BODIES)
    return _write(action_id, "bodies_", values, lambda: actions.adopt(action_id, _bodies(values)))


@blueprint.post("/actions/<uuid:action_id>/status")
@signed_in
def move(action_id: UUID) -> Any:
    """Say where it stands."""
    values = typed("status")
    return _write(action_id, "", values, lambda: actions.move(action_id, values["status"]))


@blueprint.post("/actions/<uuid:action_id>/milestones")
@signed_in
def add_milestone(action_id: UUID) -> Any:
    """Something to reach by a day."""
    values = typed(*_MILESTONE)
    fields = {"title": forms.localised(values, "milestone_title"), "due_on": values["milestone_due_on"]}
    return _write(action_id, "milestone_", values, lambda: actions.add_milestone(action_id, fields))


@blueprint.post("/actions/<uuid:action_id>/milestones/<uuid:milestone_id>")
@signed_in
def reach_milestone(action_id: UUID, milestone_id: UUID) -> Any:
    """The day on which it was reached; none where it was not after all."""
    name = f"{milestone_id}_reached_on"
    values = typed(name)
    return _write(
        action_id,
        f"{milestone_id}_",
        values,
        lambda: actions.reach_milestone(milestone_id, values[name] or None),
    )


@blueprint.post("/actions/<uuid:action_id>/indicators")
@signed_in
def add_indicator(action_id: UUID) -> Any:
    """Something to be measured by."""
    values = typed(*_INDICATOR)
    fields = {
        "title": forms.localised(values, "indicator_title"),
        "unit": values["indicator_unit"],
        "baseline": forms.decimal(values["indicator_baseline"]),
        "target": forms.decimal(values["indicator_target"]),
        "first_due_on": values["indicator_first_due_on"],
        "every_months": forms.whole(values["indicator_every_months"]),
    }
    return _write(action_id, "indicator_", values, lambda: actions.add_indicator(action_id, fields))


def _write(action_id: UUID, prefix: str, values: Json, write: Callable[[], None]) -> Any:
    """Write, and come back to the desk; with the form as it was typed where the service refuses."""
    with refused(lambda problem: _desk(action_id, values, forms.placed(problem, values, prefix))) as outcome:
        write()
        flash(_("It is written down."))
    return outcome.answer or go("acting.show", action_id=action_id)


def _desk(action_id: UUID, values: Json | None = None, problem: ServiceProblem | None = None) -> Any:
    """The desk of an action: every form empty but the one that was refused."""
    action = let_in(actions.action(action_id))
    empty = dict.fromkeys((*_BODIES, *_MILESTONE, *_INDICATOR, "status"), "") | {
        "indicator_every_months": "6"
    }
    reached = {f"{one['id']}_reached_on": one["reached_on"] or "" for one in action["milestones"]}
    return page(
        "coordination/action.html",
        422 if problem else 200,
        action=action,
        organisations=actions.organisations() if action["status"] == "draft" else [],
        values=empty | reached | (values or {}),
        problem=problem,
    )


def _form(slug: str, values: Json, problem: ServiceProblem | None = None) -> Any:
    known = values | {"proposals": chosen()}
    return page(
        "coordination/action_form.html",
        422 if problem else 200,
        cause=coordinated(slug),
        values=known,
        proposals=causes.proposals(known["proposals"]),
        organisations=actions.organisations(),
        problem=forms.placed(problem, known, "bodies_") if problem else None,
    )


def _bodies(values: Json) -> Json:
    return {
        "owner": values["bodies_owner"],
        "measurer": values["bodies_measurer"],
        "measurer_account": values["bodies_measurer_account"] or None,
    }
