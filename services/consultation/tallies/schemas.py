"""Tallies in JSON."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import Schema
from services.consultation.scoring.rules import QUALIFIER_KEYS


class TallySchema(Schema):
    """The votes on one proposal."""

    agree = ma.fields.Integer(required=True)
    disagree = ma.fields.Integer(required=True)
    neutral = ma.fields.Integer(required=True)
    total = ma.fields.Integer(required=True)
    qualifiers = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(),
        required=True,
        metadata={"description": f"How often each was given, all nine always: {', '.join(QUALIFIER_KEYS)}."},
    )
