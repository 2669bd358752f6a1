"""The observatory in JSON."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import validate

from libs.chassis.messages import N_
from libs.chassis.paging import PageQuery, page_schema
from libs.chassis.schemas import OneOf, Schema, Text
from services.consultation.observatory.rules import KINDS, ORIGINS, STAGES, STATES

_COMMUNE = validate.Regexp(r"(?:\d{2}|2[AB])\d{3}\Z", error=N_("Not an INSEE code of a commune."))
_DEPARTEMENT = validate.Regexp(
    r"(?:0[1-9]|[1-8]\d|9[0-6]|2[AB]|9[78]\d)\Z", error=N_("Not a code of a département.")
)


class ThemeCount(Schema):
    """A theme and how many running défis have it; a défi may have several."""

    theme = ma.fields.String(required=True)
    defis = ma.fields.Integer(required=True)


class OperatorCountSchema(Schema):
    """An operator, its running défis, and since when nothing was heard from it."""

    operator = ma.fields.String(required=True)
    defis = ma.fields.Integer(required=True)
    since = ma.fields.AwareDateTime(required=True, metadata={"description": "Time of its last news."})


def _told(description: str) -> ma.fields.Integer:
    return ma.fields.Integer(required=True, allow_none=True, metadata={"description": description})


class ToldSchema(Schema):
    """What people have done in défis that run, rounded down to a ten; null below ten."""

    joined = _told("How often somebody joined one, those who left since included.")
    offered = _told("How many offers of help were made, whatever became of them.")


def _told_by(description: str) -> ma.fields.Dict:
    return ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Nested(ToldSchema()),
        required=True,
        metadata={"description": description},
    )


class TakingPartSchema(Schema):
    """What people have done in défis that run, in tables that do not cross and that nothing narrows."""

    country = ma.fields.Nested(ToldSchema(), required=True)
    stages = _told_by("By stage.")
    kinds = _told_by("The four kinds of territory, and `unknown` where nobody said.")
    departements = _told_by("Those that have a figure, by code; `unknown` where the commune is.")


class ObservatorySchema(Schema):
    """Running défis counted by stage, kind of territory, theme and operator; and how the others ended."""

    running = ma.fields.Integer(required=True)
    stages = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    kinds = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(),
        required=True,
        metadata={"description": "The four kinds of territory, and `unknown` where nobody said."},
    )
    outcomes = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    themes = ma.fields.List(ma.fields.Nested(ThemeCount()), required=True)
    operators = ma.fields.List(ma.fields.Nested(OperatorCountSchema()), required=True)
    departements = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(),
        required=True,
        metadata={"description": "Those that have any, by code; `unknown` where the commune is."},
    )
    taking_part = ma.fields.Nested(
        TakingPartSchema(),
        required=True,
        metadata={"description": "Of the whole country, whatever narrows the rest."},
    )


class ObservedDefiSchema(Schema):
    """A défi as its operator tells of it; title and place are read from that operator."""

    operator = ma.fields.String(required=True)
    id = ma.fields.UUID(required=True)
    stage = ma.fields.String(required=True)
    outcome = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "How it ended; null while it runs."}
    )
    commune = ma.fields.String(required=True, allow_none=True, metadata={"description": "INSEE code."})
    kind = ma.fields.String(required=True, allow_none=True)
    themes = ma.fields.List(ma.fields.String(), required=True)
    origin_kind = ma.fields.String(required=True, allow_none=True)
    origin_owner = ma.fields.String(required=True, allow_none=True)
    origin_id = ma.fields.UUID(required=True, allow_none=True)
    published_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    news_at = ma.fields.AwareDateTime(required=True)


class NarrowingSchema(Schema):
    """What narrows counts and lists; conditions add up."""

    stage = ma.fields.String(load_default=None, validate=OneOf(STAGES))
    kind = ma.fields.String(load_default=None, validate=OneOf(KINDS))
    theme = Text(longest=40, load_default=None)
    commune = ma.fields.String(load_default=None, validate=_COMMUNE)
    departement = ma.fields.String(load_default=None, validate=_DEPARTEMENT)
    operator = Text(longest=40, load_default=None)
    state = ma.fields.String(
        load_default=None,
        validate=OneOf(STATES),
        metadata={"description": "`running`, or how it ended; without it: all of them."},
    )
    origin_kind = ma.fields.String(load_default=None, validate=OneOf(ORIGINS))
    origin_id = ma.fields.UUID(
        load_default=None, metadata={"description": "The proposal, action or défi that they came from."}
    )


class DefisQuery(NarrowingSchema, PageQuery):
    """A page of the list, narrowed."""


OBSERVATORY = ObservatorySchema()
OBSERVED_DEFIS = page_schema(ObservedDefiSchema())
