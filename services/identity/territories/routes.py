"""Territories, for anyone. They change once a year, so every answer may be kept and asked again with its ETag."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import Response, request

from libs.chassis.paging import Page, PageQuery, page_schema
from libs.chassis.web import Blueprint, public, transaction
from services.identity.territories import queries
from services.identity.territories.queries import KnownCommune, Place
from services.identity.territories.rules import BY_DENSITY, BY_FIGURES
from services.identity.territories.schemas import (
    CommuneSchema,
    FoundCommunesSchema,
    KindsSchema,
    ListedPlaceSchema,
    SearchQuery,
    TerritoriesQuery,
)
from services.identity.territories.search import Match, search_communes

territories = Blueprint(
    "territories", __name__, url_prefix="/v1/territories", description="Régions, départements, EPCI, communes"
)

KEPT_FOR: Final = timedelta(hours=1)
"""A new edition or grid shows everywhere within this time."""


@territories.get("")
@public
@territories.arguments(TerritoriesQuery(), location="query")
@territories.response(200, page_schema(ListedPlaceSchema()))
def list_territories(query: dict[str, Any]) -> Page[Place]:
    """The territories of a level, in alphabetical order; communes by département, EPCI or code."""
    paging = {name: query.pop(name) for name in PageQuery().fields}
    level, codes = query.pop("level"), query.pop("codes", None)
    with transaction() as session:
        return queries.list_places(session, level, query, codes=codes, **paging)


@territories.get("/search")
@public
@territories.arguments(SearchQuery(), location="query")
@territories.response(200, FoundCommunesSchema())
def search(query: dict[str, Any]) -> dict[str, list[Match]]:
    """Communes by name, beginning of a name, postal code or INSEE code."""
    with transaction() as session:
        return {"items": search_communes(session, query["q"], query["limit"])}


@territories.get("/by-kind")
@public
@territories.response(200, KindsSchema())
def count_kinds() -> dict[str, Any]:
    """How many communes and people each kind of territory has, and what gave the communes their kinds."""
    with transaction() as session:
        edition = queries.get_edition(session)
        source = BY_DENSITY if edition and edition.grid else BY_FIGURES
        return {"items": queries.count_kinds(session), "kind_source": source}


@territories.get("/<string(length=5):code>")
@public
@territories.response(200, CommuneSchema())
def show_commune(code: str) -> KnownCommune:
    """The commune that stands under an INSEE code today, with all that it lies in."""
    with transaction() as session:
        return queries.get_commune(session, code.upper())


@territories.after_request
def keep(response: Response) -> Response:
    """Let caches keep what was found, and answer 304 to whoever has it already."""
    if response.status_code != 200:
        return response
    response.cache_control.public = True
    response.cache_control.max_age = int(KEPT_FOR.total_seconds())
    response.add_etag()
    response.make_conditional(request)
    return response
