"""The timeline in JSON."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import validate

from libs.chassis.paging import page_schema
from libs.chassis.schemas import Schema
from services.defis.timeline.rules import Kind


class TimelineEntrySchema(Schema):
    """One change. `actor` and `reason` are null in what everybody reads."""

    id = ma.fields.UUID(required=True)
    at = ma.fields.AwareDateTime(required=True)
    kind = ma.fields.String(required=True, validate=validate.OneOf([kind.value for kind in Kind]))
    acted_as = ma.fields.String(
        required=True,
        metadata={"description": "porteur, core, member, ebv, operator_staff, account or clock."},
    )
    facts = ma.fields.Dict(required=True, metadata={"description": "Codes, counts and ids."})
    actor = ma.fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "A random id, the same in every entry of one person."},
    )
    reason = ma.fields.String(required=True, allow_none=True)


ENTRIES = page_schema(TimelineEntrySchema())
