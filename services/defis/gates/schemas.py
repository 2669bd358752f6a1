"""Gates in JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.chassis.schemas import ItemCount, OneOf, Schema, Text
from services.defis.fields import LONGEST_NOTE, note_field
from services.defis.gates.rules import LONGEST_EVIDENCE, Decision, Reason, State

_STAGES = validate.OneOf(["creaction", "activaction"])


class ConditionSchema(Schema):
    """One thing that a gate asks for."""

    code = ma.fields.String(
        required=True, metadata={"description": "debates, committed; charter, experiment, task."}
    )
    have = ma.fields.Integer(required=True)
    need = ma.fields.Integer(required=True)
    met = ma.fields.Boolean(required=True)


class GateSchema(Schema):
    """One asking. What people wrote is null for who is not of the group nor accompanies it."""

    id = ma.fields.UUID(required=True)
    stage = ma.fields.String(required=True, validate=_STAGES)
    state = ma.fields.String(required=True, validate=validate.OneOf([state.value for state in State]))
    figures = ma.fields.Dict(
        required=True,
        metadata={"description": "What was counted when it was asked: `{code: {have, need}}`."},
    )
    evidence = ma.fields.Dict(required=True, allow_none=True)
    asked_at = ma.fields.AwareDateTime(required=True)
    reasons = ma.fields.List(ma.fields.String(), required=True, allow_none=True)
    note = ma.fields.String(required=True, allow_none=True)
    decided_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    appeal = ma.fields.String(required=True, allow_none=True)
    appealed_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    appeal_note = ma.fields.String(required=True, allow_none=True)
    appeal_decided_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class OutlookSchema(Schema):
    """What the next stage takes. `stage` is null at the last one."""

    stage = ma.fields.String(required=True, allow_none=True, validate=_STAGES)
    conditions = ma.fields.List(ma.fields.Nested(ConditionSchema()), required=True)
    undecided = ma.fields.Nested(GateSchema(), required=True, allow_none=True)


class GatesSchema(Schema):
    """Every asking of a défi, the latest first."""

    items = ma.fields.List(ma.fields.Nested(GateSchema()), required=True)


class EvidenceSchema(Schema):
    """What the porteur states for Activ'action; each is needed then."""

    charter = Text(longest=LONGEST_EVIDENCE, multiline=True)
    experiment = Text(longest=LONGEST_EVIDENCE, multiline=True)
    task = Text(longest=LONGEST_EVIDENCE, multiline=True)


class AskSchema(Schema):
    """Asking for the next stage."""

    evidence = ma.fields.Nested(EvidenceSchema(), load_default=dict)


class GateDecisionSchema(Schema):
    """What is decided. A refusal, and nothing else, has reasons; `uphold` answers an appeal."""

    decision = ma.fields.String(
        required=True,
        validate=OneOf([Decision.CONFIRM.value, Decision.REFUSE.value, Decision.UPHOLD.value]),
    )
    reasons = ma.fields.List(
        ma.fields.String(validate=OneOf([reason.value for reason in Reason])),
        load_default=list,
        validate=ItemCount(max=len(Reason)),
    )
    note = note_field()

    @ma.post_load
    def name(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The words as members of their enumerations, each reason once."""
        return {
            **data,
            "decision": Decision(data["decision"]),
            "reasons": [Reason(reason) for reason in dict.fromkeys(data["reasons"])],
        }


class AppealSchema(Schema):
    """Why the refusal should not stand."""

    appeal = Text(longest=LONGEST_NOTE, multiline=True, required=True)


GATE = GateSchema()
