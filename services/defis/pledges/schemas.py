"""Pledges in JSON. Money is recorded in cents, never processed."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.chassis.paging import PageQuery, page_schema
from libs.chassis.schemas import OneOf, Range, Schema, Text
from services.defis.fields import contact_field, name_field
from services.defis.pledges.rules import (
    LONGEST_DESCRIPTION,
    MOST_CENTS,
    MOST_HOURS,
    Decision,
    Kind,
    State,
)

_STATES = [state.value for state in State]


class PledgeSchema(Schema):
    """A pledge as its reader sees it."""

    id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True, validate=validate.OneOf([kind.value for kind in Kind]))
    description = ma.fields.String(required=True, allow_none=True)
    amount_cents = ma.fields.Integer(required=True, allow_none=True)
    hours = ma.fields.Integer(required=True, allow_none=True)
    name = ma.fields.String(required=True, allow_none=True)
    contact = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "To the core group once it accepted."}
    )
    state = ma.fields.String(required=True, validate=validate.OneOf(_STATES))
    valid_until = ma.fields.Date(required=True, allow_none=True)
    offered_at = ma.fields.AwareDateTime(required=True)
    decided_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    own = ma.fields.Boolean(required=True)
    decisions = ma.fields.List(
        ma.fields.String(), required=True, metadata={"description": "What the caller may decide of it now."}
    )


class NewPledgeSchema(Schema):
    """A pledge to offer."""

    kind = ma.fields.String(required=True, validate=OneOf([kind.value for kind in Kind]))
    description = Text(longest=LONGEST_DESCRIPTION, multiline=True, required=True)
    amount_cents = ma.fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=Range(min=1, max=MOST_CENTS)
    )
    hours = ma.fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=Range(min=1, max=MOST_HOURS)
    )
    name = name_field(required=True)
    contact = contact_field()
    valid_until = ma.fields.Date(load_default=None, allow_none=True)


class PledgeDecisionSchema(Schema):
    """What is decided about a pledge."""

    decision = ma.fields.String(required=True, validate=OneOf([decision.value for decision in Decision]))

    @ma.post_load
    def name(self, data: dict[str, Any], **_: Any) -> Decision:
        """The word as a member of its enumeration."""
        return Decision(data["decision"])


class PledgesQuery(PageQuery):
    """Pledges, in one state if named."""

    state = ma.fields.String(load_default=None, validate=OneOf(_STATES))


PLEDGE = PledgeSchema()
PLEDGES = page_schema(PLEDGE)
