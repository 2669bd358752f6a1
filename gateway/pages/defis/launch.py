"""Launching a défi: where, and whether to join one that is there already; the draft then begins at the operator.

What follows is in `drafting.py`: the draft is kept by the operator, and can be taken up again from any browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from gateway.clients import defis, territories
from gateway.pages.defis.ancestry import Origin, found_origin
from gateway.pages.defis.fields import own_title
from gateway.pages.support import go, page, refused, signed_in
from gateway.services import Json, ServiceProblem
from libs.chassis.access import public

blueprint = Blueprint("launch", __name__)

LONGEST_SEARCH = 100
MOST_NEIGHBOURS = 6
COALITION = "coalition"
_COPIED = ("problem", "beneficiaries", "themes")
"""What a défi that replicates another begins with, besides its title."""


@blueprint.get("/defis/launch")
@public
def where() -> Any:
    """Choose the commune; then see which défis are there already."""
    code = request.args.get("commune", "").strip()
    return _neighbours(code, request.args) if code else _communes()


@blueprint.post("/defis/launch")
@signed_in
def begin() -> Any:
    """Begin the draft, once its author has seen what is there."""
    commune = territories.commune(request.form.get("commune", ""))
    operator = territories.operator_serving(commune["code"])
    if operator is None:
        return go("launch.where", commune=commune["code"])

    def again(problem: ServiceProblem) -> Any:
        return _neighbours(commune["code"], request.form, 422, problem)

    with refused(again) as outcome:
        draft = defis.begin(operator["code"], _first_fields(commune, request.form))
        flash(_("Your draft is kept: you can go on with it whenever you like."))
    return outcome.answer or go("drafting.describe", operator=operator["code"], defi_id=draft["id"])


def origin_named(given: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Kind, owner and id of what a défi comes from: `?proposal=<id>`, `?action=<id>` or `?defi=<operator>:<id>`."""
    for kind in ("proposal", "action", "defi"):
        owner, _colon, identifier = given.get(kind, "").rpartition(":")
        if not identifier:
            continue
        try:
            return kind, owner or COALITION, str(UUID(identifier))
        except ValueError:
            return None
    return None


def _communes() -> Any:
    text = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    found = territories.search(text) if text else []
    return page(
        "defis/where.html", text=text, found=found, origin=_origin(request.args), kept=_kept(request.args)
    )


def _neighbours(
    code: str, given: Mapping[str, str], status: int = 200, problem: ServiceProblem | None = None
) -> Any:
    commune = territories.commune(code)
    operator = territories.operator_serving(commune["code"])
    theme = given.get("theme", "")
    return page(
        "defis/neighbours.html",
        status,
        commune=commune,
        operator=operator,
        theme=theme,
        neighbours=_like_it(operator["code"], commune, theme) if operator else [],
        origin=_origin(given),
        kept=_kept(given),
        problem=problem,
    )


def _like_it(operator: str, commune: Json, theme: str) -> list[Json]:
    """Running défis of the commune, then of its département: of that theme where one is named."""
    here = defis.defis(operator, commune=commune["code"], state="published", limit=MOST_NEIGHBOURS)["items"]
    around = defis.defis(
        operator,
        departement=commune["departement"]["code"],
        theme=theme,
        state="published",
        limit=MOST_NEIGHBOURS,
    )["items"]
    # Of one's own commune whatever its theme: neighbours know best what is close to what they mean.
    known = {one["id"]: one for one in [*here, *around]}
    return list(known.values())[:MOST_NEIGHBOURS]


def _first_fields(commune: Json, given: Mapping[str, str]) -> Json:
    fields: Json = {
        "commune": {"code": commune["code"], "name": commune["name"]},
        "kind": commune["kind"],
        "themes": [given["theme"]] if given.get("theme") else [],
    }
    named = origin_named(given)
    if named is None:
        return fields
    kind, owner, identifier = named
    fields["origin"] = {"kind": kind, "owner": owner, "id": identifier}
    if kind == "defi":
        ancestor = defis.defi(owner, identifier)
        fields |= {name: ancestor[name] for name in _COPIED} | {"title": own_title(ancestor)}
    return fields


def _origin(given: Mapping[str, str]) -> Origin | None:
    named = origin_named(given)
    return found_origin(*named) if named else None


def _kept(given: Mapping[str, str]) -> dict[str, str]:
    """What goes along from step to step in the address: where the défi comes from."""
    return {name: given[name] for name in ("proposal", "action", "defi") if given.get(name)}
