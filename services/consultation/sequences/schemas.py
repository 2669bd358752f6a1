"""Sequences in JSON."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import Schema
from services.consultation.proposals.schemas import ProposalSchema


class SequenceSchema(Schema):
    """The next cards for the caller."""

    items = ma.fields.List(ma.fields.Nested(ProposalSchema()), required=True)
    remaining = ma.fields.Integer(
        required=True, metadata={"description": "Proposals not voted on, these included."}
    )
    voted = ma.fields.Integer(required=True, metadata={"description": "Proposals that the caller voted on."})
