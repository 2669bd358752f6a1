"""A commune in JSON."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import Schema
from services.consultation.observatory.schemas import ObservedDefiSchema
from services.consultation.results.schemas import ScoredProposalSchema


class RunningSchema(Schema):
    """How many défis run in the commune, and in its whole département."""

    commune = ma.fields.Integer(required=True)
    departement = ma.fields.Integer(required=True)


class AskedSchema(Schema):
    """What the whole country brought forward in the consultation that is open, or closed last."""

    consultation = ma.fields.String(required=True, attribute="consultation.slug")
    title = ma.fields.Dict(required=True, attribute="consultation.title")
    question = ma.fields.Dict(required=True, attribute="consultation.question")
    languages = ma.fields.List(ma.fields.String(), required=True, attribute="consultation.languages")
    closes_at = ma.fields.AwareDateTime(required=True, attribute="consultation.closes_at")
    status = ma.fields.String(required=True)
    participants = ma.fields.Integer(required=True)
    votes = ma.fields.Integer(required=True)
    computed_at = ma.fields.AwareDateTime(required=True)
    top = ma.fields.List(
        ma.fields.Nested(ScoredProposalSchema()),
        required=True,
        metadata={"description": "The proposals most supported among those in consensus."},
    )


class CarriedSchema(Schema):
    """An action that somebody answers for."""

    id = ma.fields.UUID(required=True)
    title = ma.fields.Dict(required=True)
    status = ma.fields.String(required=True)
    owner = ma.fields.String(required=True, allow_none=True)


class CommuneSchema(Schema):
    """A commune: who acts in it (`here`) and in the rest of its département (`near`), what was asked for, what came."""

    commune = ma.fields.String(required=True)
    departement = ma.fields.String(required=True)
    running = ma.fields.Nested(RunningSchema(), required=True)
    here = ma.fields.List(ma.fields.Nested(ObservedDefiSchema()), required=True)
    near = ma.fields.List(ma.fields.Nested(ObservedDefiSchema()), required=True)
    asked = ma.fields.Nested(AskedSchema(), required=True, allow_none=True)
    actions = ma.fields.List(ma.fields.Nested(CarriedSchema()), required=True)


COMMUNE = CommuneSchema()
