"""Actions: who answers for one, who measures it, how far it has come, and who carries it out."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask_babel import format_decimal

from gateway import curves
from gateway.clients import actions, causes
from gateway.pages.causes.threads import latest, thread
from gateway.pages.support import page
from gateway.services import Json
from libs.chassis.access import public

blueprint = Blueprint("actions", __name__)


@blueprint.app_template_filter()
def figure(value: str) -> str:
    """A measured figure as the language writes it, without the zeros of its storage and without rounding it."""
    try:
        return str(format_decimal(Decimal(value), "#,##0.######"))
    except InvalidOperation:
        return value


blueprint.add_app_template_global(latest, "latest_of")


@blueprint.get("/actions")
@public
def every() -> Any:
    """The actions of all causes, the newest first."""
    listed = actions.actions(request.args.get("cursor"))
    titles = {one["slug"]: one["title"] for one in causes.causes()["items"]}
    return page("actions/list.html", listed=listed, titles=titles)


@blueprint.get("/actions/<uuid:action_id>")
@public
def show(action_id: UUID) -> Any:
    """One action, with every measure of it."""
    action = actions.action(action_id)
    origins = causes.proposals(action["proposals"])
    written = actions.measures(action_id, request.args.get("cursor"))
    return page(
        "actions/show.html",
        action=action,
        proposals=origins,
        thread=thread(action, {one["id"]: one for one in origins}),
        followed=[_followed(indicator, written["items"]) for indicator in action["indicators"]],
        older=written["next"],
        carried=actions.carried(action),
    )


def _followed(indicator: Json, written: list[Json]) -> Json:
    """An indicator with its drawing and all its measures, the latest day first; `corrected` are the ids replaced."""
    its = [measure for measure in written if measure["indicator"] == indicator["id"]]
    return {
        "indicator": indicator,
        "curve": curves.curve(indicator, its),
        "measures": sorted(its, key=lambda one: (one["measured_on"], one["recorded_at"]), reverse=True),
        "corrected": {measure["corrects"]: measure for measure in its if measure["corrects"]},
    }
