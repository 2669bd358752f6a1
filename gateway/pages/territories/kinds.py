"""The four kinds of territory: what each means, how many communes are of it, who acts there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort

from gateway.clients import territories
from gateway.clients.titles import listed
from gateway.pages.support import page
from gateway.wording import KINDS
from libs.chassis.access import public

blueprint = Blueprint("kinds", __name__)

EXAMPLES = 6


@blueprint.get("/kinds/<kind>")
@public
def show(kind: str) -> Any:
    """One kind, with défis under way as examples."""
    if kind not in KINDS:
        abort(404)
    counted = territories.kinds()
    found = territories.observed(kind=kind, state="running", limit=EXAMPLES)
    shares = {one["kind"]: one for one in counted["items"]}
    return page(
        "territories/kind.html",
        kind=kind,
        counted=shares[kind],
        communes=sum(one["communes"] for one in counted["items"]),
        people=sum(one["population"] for one in counted["items"]),
        kind_source=counted["kind_source"],
        listed=listed(found["items"]),
        more=bool(found["next"]),
    )
