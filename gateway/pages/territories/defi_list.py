"""The défis of the whole country: found by stage, theme, place and kind of territory, and counted on a map."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, abort, request

from gateway.clients import operators, territories
from gateway.clients.titles import listed
from gateway.map.outlines import departements
from gateway.pages.support import page
from gateway.pages.territories.shading import shaded
from gateway.services import Json
from gateway.wording import DEFIS_SHOWN, KINDS, STAGES, THEMES, theme
from libs.chassis.access import public

NOTHING = {"joined": None, "offered": None}
_THEME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

blueprint = Blueprint("defi_list", __name__)
blueprint.add_app_template_global(shaded)


@blueprint.app_template_global()
def theme_options(codes: Iterable[str]) -> dict[str, Any]:
    """Themes to choose from, by code."""
    return {code: theme(code) for code in codes}


@blueprint.app_template_global()
def departement_options() -> dict[str, str]:
    """Départements to choose from, by code."""
    return {code: f"{code} – {one.name}" for code, one in departements().departements.items()}


@blueprint.get("/defis")
@public
def index() -> Any:
    """One page of défis, the map, and when each operator was last heard of. Three calls, and one for each operator."""
    filters = _filters()
    departement = filters["departement"]
    counts = territories.counts(**{name: filters[name] for name in ("stage", "kind", "theme")})
    found = territories.observed(**filters, cursor=request.args.get("cursor"))
    shown, part = listed(found["items"]), counts.get("taking_part")
    return page(
        "territories/defis.html",
        filters=filters,
        narrowed={name: value for name, value in filters.items() if value and value != "running"},
        themes=_themes(counts),
        counts=counts["departements"],
        total=_total(counts, filters),
        part=part,
        place=(part["departements"].get(departement) or NOTHING) if part and departement else None,
        listed=shown,
        next=found["next"],
        operators=_heard(counts, shown.silent),
    )


def _filters() -> dict[str, str | None]:
    """What the list is narrowed by; a word that is none of those offered is no page."""
    args = {name: request.args.get(name, "").strip() or None for name in ("stage", "kind", "theme")}
    departement = request.args.get("departement", "").strip() or None
    state = request.args.get("state") or "running"
    known = (
        args["stage"] in (None, *STAGES)
        and args["kind"] in (None, *KINDS)
        and (args["theme"] is None or _THEME.fullmatch(args["theme"]))
        and (departement is None or departement in departements().departements)
        and state in DEFIS_SHOWN
    )
    if not known:
        abort(404)
    return {**args, "departement": departement, "state": state}


def _themes(counts: Json) -> list[str]:
    """The published themes, then those in people's own words that running défis have."""
    own = sorted(one["theme"] for one in counts["themes"] if one["theme"] not in THEMES)
    return [*THEMES, *own]


def _total(counts: Json, filters: dict[str, str | None]) -> int | None:
    """How many défis the list has in all; None where they were not counted."""
    departement = filters["departement"]
    if filters["state"] != "running":
        return None if departement else int(counts["outcomes"][filters["state"]])
    return int(counts["departements"].get(departement, 0) if departement else counts["running"])


def _heard(counts: Json, silent: set[str]) -> list[Json]:
    """The operators that ever told of a défi, by name: their défis, their last news, whether they answer now."""
    names = {one["code"]: one["name"] for one in operators.known()}
    heard = [
        {**one, "name": names.get(one["operator"], one["operator"]), "silent": one["operator"] in silent}
        for one in counts["operators"]
    ]
    return sorted(heard, key=lambda one: str(one["name"]))
