"""Arguments in JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.chassis.paging import PageQuery, page_schema
from libs.chassis.schemas import OneOf, Schema, Text
from services.defis.debates.rules import LONGEST_ARGUMENT, Side

_SIDES = [side.value for side in Side]


class ArgumentSchema(Schema):
    """An argument, without its author."""

    id = ma.fields.UUID(required=True)
    side = ma.fields.String(required=True, validate=validate.OneOf(_SIDES))
    text = ma.fields.String(required=True)
    written_at = ma.fields.AwareDateTime(required=True)
    own = ma.fields.Boolean(required=True, metadata={"description": "Whether the caller wrote it."})


class NewArgumentSchema(Schema):
    """An argument to give."""

    side = ma.fields.String(required=True, validate=OneOf(_SIDES))
    text = Text(longest=LONGEST_ARGUMENT, required=True)

    @ma.post_load
    def name(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The word as a member of its enumeration."""
        return {**data, "side": Side(data["side"])}


class ArgumentsQuery(PageQuery):
    """Arguments, of one side if named."""

    side = ma.fields.String(load_default=None, validate=OneOf(_SIDES))


ARGUMENT = ArgumentSchema()
ARGUMENTS = page_schema(ARGUMENT)
