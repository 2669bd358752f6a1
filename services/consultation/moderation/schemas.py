"""Moderation in JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from libs.chassis.schemas import OneOf, Schema, Text
from services.consultation.moderation.rules import LONGEST_NOTE, Decision, Reason
from services.consultation.proposals.schemas import ProposalSchema


class TakenSchema(Schema):
    """The proposal to read, kept for this moderator until a time."""

    proposal = ma.fields.Nested(ProposalSchema(), required=True)
    locked_until = ma.fields.AwareDateTime(required=True)
    similar = ma.fields.List(ma.fields.Nested(ProposalSchema()), required=True)
    pending = ma.fields.Integer(required=True, metadata={"description": "How many wait, this one included."})


class QueueSchema(Schema):
    """What is undecided, oldest first."""

    pending = ma.fields.Integer(required=True)
    postponed = ma.fields.Integer(required=True)
    items = ma.fields.List(ma.fields.Nested(ProposalSchema()), required=True)
    next = ma.fields.String(required=True, allow_none=True)


class DecisionSchema(Schema):
    """What a moderator decides. A refusal, and nothing else, has a reason."""

    decision = ma.fields.String(required=True, validate=OneOf([decision.value for decision in Decision]))
    reason = ma.fields.String(
        load_default=None, allow_none=True, validate=OneOf([reason.value for reason in Reason])
    )
    note = Text(
        longest=LONGEST_NOTE,
        multiline=True,
        load_default=None,
        allow_none=True,
        metadata={"description": "A word to the author."},
    )

    @ma.post_load
    def name(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """The words as members of their enumerations."""
        reason = data["reason"]
        return {**data, "decision": Decision(data["decision"]), "reason": reason and Reason(reason)}
