"""Writing a measure down, or a correction of one: for who measures an action, and what to do to become that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, request
from flask_babel import gettext as _

from gateway.clients import actions, causes
from gateway.pages.causes import forms
from gateway.pages.support import go, page, refused, signed_in, typed
from gateway.services import Json, ServiceProblem

blueprint = Blueprint("measuring", __name__, url_prefix="/actions")

_FIELDS = ("measured_on", "value", "kind", "evidence", "evidence_url", "reason", "corrects")


@blueprint.get("/measuring")
@signed_in
def explain() -> Any:
    """How an account comes to measure in a body's name, and the number by which a coordinator names it."""
    return page("actions/measuring.html", number=causes.my_number())


@blueprint.get("/<uuid:action_id>/indicators/<uuid:indicator_id>/measure")
@signed_in
def form(action_id: UUID, indicator_id: UUID) -> Any:
    """The form; `corrects` names the measure that this one replaces."""
    values = dict.fromkeys(_FIELDS, "") | {"corrects": request.args.get("corrects", "")}
    wrong = _corrected(action_id, values)
    if wrong is not None:
        kept = ("measured_on", "kind", "evidence", "evidence_url")
        values |= {name: wrong[name] or "" for name in kept}
    return _form(action_id, indicator_id, values, None, wrong)


@blueprint.post("/<uuid:action_id>/indicators/<uuid:indicator_id>/measure")
@signed_in
def measure(action_id: UUID, indicator_id: UUID) -> Any:
    """Write it down."""
    values = typed(*_FIELDS)
    with refused(
        lambda problem: _form(action_id, indicator_id, values, problem, _corrected(action_id, values))
    ) as outcome:
        sent = {name: value or None for name, value in values.items()}
        sent["value"] = forms.decimal(values["value"])
        actions.measure(indicator_id, sent | {name: values[name] for name in ("measured_on", "evidence")})
        flash(_("The measure is written down, for everybody to read."))
    return outcome.answer or go("actions.show", action_id=action_id, _anchor=f"indicator-{indicator_id}")


def _form(
    action_id: UUID, indicator_id: UUID, values: Json, problem: ServiceProblem | None, wrong: Json | None
) -> Any:
    action = actions.action(action_id)
    if not action["may_measure"]:
        abort(403)
    indicator = next((one for one in action["indicators"] if one["id"] == str(indicator_id)), None)
    return page(
        "actions/measure.html",
        422 if problem else 200,
        action=action,
        indicator=indicator or abort(404),
        values=values,
        wrong=wrong,
        problem=forms.placed(problem, values) if problem else None,
    )


def _corrected(action_id: UUID, values: Json) -> Json | None:
    """The measure to correct, as long as it is among the latest hundred."""
    if not values["corrects"]:
        return None
    written = actions.measures(action_id)["items"]
    return next((one for one in written if one["id"] == values["corrects"]), None)
