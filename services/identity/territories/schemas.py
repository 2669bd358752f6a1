"""Territories, in and out."""

from __future__ import annotations

from typing import Any, Final

import marshmallow as ma

from libs.chassis.errors import Sentence
from libs.chassis.messages import N_
from libs.chassis.paging import PageQuery
from libs.chassis.schemas import ItemCount, OneOf, Range, Schema, Text
from services.identity.territories.gazetteer import CURRENT, STATUSES
from services.identity.territories.rules import KIND_SOURCES, KINDS

LEVELS: Final = {
    "region": frozenset[str](),
    "departement": frozenset({"region"}),
    "epci": frozenset({"region", "departement"}),
    "commune": frozenset({"departement", "epci"}),
}
"""The levels that can be listed, and in which other levels each list can be narrowed."""

_LONGEST_CODE: Final = 9
_MOST_CODES: Final = 100


class TerritoriesQuery(PageQuery):
    """Which territories to list. Communes by département, by EPCI or by code: there are 35,000."""

    level = ma.fields.String(required=True, validate=OneOf(list(LEVELS)))
    region = Text(longest=_LONGEST_CODE)
    departement = Text(longest=_LONGEST_CODE)
    epci = Text(longest=_LONGEST_CODE)
    codes = ma.fields.List(
        ma.fields.String(),
        data_key="code",
        validate=ItemCount(max=_MOST_CODES),
        metadata={"description": "These, one `code=` each."},
    )

    @ma.validates_schema
    def _check_within(self, data: dict[str, Any], **_options: Any) -> None:
        within = data.keys() & {"region", "departement", "epci"}
        for name in sorted(within - LEVELS[data["level"]]):
            raise ma.ValidationError({name: [Sentence(N_("This list cannot be narrowed in this way."))]})
        if data["level"] == "commune" and not within and "codes" not in data:
            missing = Sentence(N_("Communes are listed by département or by EPCI: name one."))
            raise ma.ValidationError({"departement": [missing]})


class SearchQuery(Schema):
    """What somebody typed: a name or its beginning, a postal code, an INSEE code."""

    q = Text(required=True, longest=100)
    limit = ma.fields.Integer(load_default=10, validate=Range(min=1, max=20))


class PlaceSchema(Schema):
    """A territory by code and name. `nature` is an EPCI's: CC, CA, CU, METRO, MET69."""

    code = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    nature = ma.fields.String()


class ListedPlaceSchema(PlaceSchema):
    """A territory in a list. Population and kind are a commune's or an EPCI's where they have one."""

    population = ma.fields.Integer(allow_none=True)
    kind = ma.fields.String(allow_none=True, validate=OneOf(KINDS))


class FoundCommuneSchema(Schema):
    """A commune that was found. `matched` is the name of a part of it where that is what was asked for."""

    code = ma.fields.String(required=True, attribute="commune.code")
    name = ma.fields.String(required=True, attribute="commune.name")
    departement = ma.fields.Nested(PlaceSchema(), required=True, attribute="commune.departement")
    postal_codes = ma.fields.List(ma.fields.String(), required=True, attribute="commune.postal_codes")
    population = ma.fields.Integer(required=True, allow_none=True, attribute="commune.population")
    kind = ma.fields.String(required=True, allow_none=True, validate=OneOf(KINDS), attribute="commune.kind")
    matched = ma.fields.String(required=True, allow_none=True)


class FoundCommunesSchema(Schema):
    """What was found, the likeliest first."""

    items = ma.fields.List(ma.fields.Nested(FoundCommuneSchema()), required=True)


class KindCountSchema(Schema):
    """A kind of territory, null for « non classée », with how many communes and people it has."""

    kind = ma.fields.String(required=True, allow_none=True, validate=OneOf(KINDS))
    communes = ma.fields.Integer(required=True)
    population = ma.fields.Integer(required=True)


class KindsSchema(Schema):
    """Every kind, in the order to show."""

    items = ma.fields.List(ma.fields.Nested(KindCountSchema()), required=True)
    kind_source = ma.fields.String(required=True, validate=OneOf(KIND_SOURCES))


class OtherNameSchema(Schema):
    """The name of a part of a commune, or of one that it took over."""

    name = ma.fields.String(required=True)
    status = ma.fields.String(required=True, validate=OneOf([each for each in STATUSES if each != CURRENT]))


class CommuneSchema(Schema):
    """A commune with all that it lies in. A `kind` of null is « non classée »; `former` ones no longer exist."""

    code = ma.fields.String(required=True, attribute="commune.code")
    name = ma.fields.String(required=True, attribute="commune.name")
    epci = ma.fields.Nested(PlaceSchema(), required=True, allow_none=True, attribute="commune.epci")
    departement = ma.fields.Nested(PlaceSchema(), required=True, attribute="commune.departement")
    region = ma.fields.Nested(PlaceSchema(), required=True, attribute="commune.departement.region")
    postal_codes = ma.fields.List(ma.fields.String(), required=True, attribute="commune.postal_codes")
    population = ma.fields.Integer(required=True, allow_none=True, attribute="commune.population")
    kind = ma.fields.String(required=True, allow_none=True, validate=OneOf(KINDS), attribute="commune.kind")
    kind_source = ma.fields.String(
        required=True, validate=OneOf(KIND_SOURCES), attribute="commune.kind_source"
    )
    vintage = ma.fields.Integer(required=True, attribute="commune.vintage")
    former = ma.fields.Boolean(required=True)
    other_names = ma.fields.List(ma.fields.Nested(OtherNameSchema()), required=True)
