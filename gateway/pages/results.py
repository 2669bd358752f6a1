"""What people answered: the main lines, and every proposal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request

from gateway.clients import consultation
from gateway.pages.support import page
from gateway.wording import ORDERS
from libs.chassis.access import public

blueprint = Blueprint("results", __name__)


@blueprint.get("/consultations/<slug:slug>/results")
@public
def overview(slug: str) -> Any:
    """Participation, and the proposals that stand out each way."""
    asked = consultation.consultation(slug)
    return page("results/overview.html", consultation=asked, results=consultation.results(slug))


@blueprint.get("/consultations/<slug:slug>/results/proposals")
@public
def every_proposal(slug: str) -> Any:
    """All of them, in one of the orders, a page at a time."""
    order = request.args.get("order", "top")
    if order not in ORDERS:
        abort(404)
    listed = consultation.ranked_proposals(slug, order, request.args.get("cursor"))
    return page(
        "results/proposals.html", consultation=consultation.consultation(slug), order=order, listed=listed
    )
