"""The desk of field agents and of operators' staff: what waits for them, and the défis that they accompany."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from gateway import session
from gateway.clients import accompaniment
from gateway.pages.defis.companions import operators_of
from gateway.pages.support import page, signed_in
from gateway.services import Json, ServiceProblem
from gateway.wording import STAGES
from libs.chassis.messages import N_

blueprint = Blueprint("accompaniment", __name__)


@blueprint.get("/accompaniment")
@signed_in
def desk() -> Any:
    """What waits at one operator, and one page of the portfolio there. Three calls."""
    own = _own_operators()
    operator = _chosen(own)
    filters = {"stage": _stage(), "silent": "true" if "silent" in request.args else None}
    return page(
        "accompaniment/desk.html",
        operators=own,
        operator=operator,
        worklist=accompaniment.worklist(operator["code"]),
        portfolio=accompaniment.portfolio(operator["code"], cursor=request.args.get("cursor"), **filters),
        stage=filters["stage"],
        silent=bool(filters["silent"]),
    )


def _own_operators() -> list[Json]:
    """Those at which the reader accompanies défis. Raises `ServiceProblem` (403) where there is none."""
    account = session.account()
    grants = account.grants if account else ()
    own = operators_of(grants, accompaniment.operators()) if grants else []
    if not own:
        raise ServiceProblem(
            403, "access.companion", N_("This desk is for those whom an operator sent to accompany défis.")
        )
    return own


def _chosen(own: list[Json]) -> Json:
    """The operator of the address, if it is one of theirs; else the first."""
    asked = request.args.get("operator")
    return next((operator for operator in own if operator["code"] == asked), own[0])


def _stage() -> str | None:
    asked = request.args.get("stage")
    return asked if asked in STAGES else None
