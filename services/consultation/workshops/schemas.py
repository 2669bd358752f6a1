"""Workshops in JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.chassis.paging import page_schema
from libs.chassis.schemas import ItemCount, Range, Schema, Text
from services.consultation.actions.schemas import HTTPS, DraftSchema
from services.consultation.fields import Instant, LocalisedText
from services.consultation.workshops.commands import Draft, NewWorkshop
from services.consultation.workshops.rules import (
    LARGEST,
    LONGEST_AGENDA,
    LONGEST_MINUTES,
    LONGEST_NAME,
    LONGEST_PLACE,
    LONGEST_TITLE,
    MOST_DRAFTS,
    MOST_PROPOSALS,
    Place,
    State,
)

_PLACES = validate.OneOf([place.value for place in Place])
_ROOM = Range(min=1, max=LARGEST)


class WorkshopSchema(Schema):
    """A workshop as its reader sees it."""

    id = ma.fields.UUID(required=True)
    cause = ma.fields.String(required=True, metadata={"description": "The slug of its cause."})
    title = ma.fields.Dict(required=True)
    agenda = ma.fields.Dict(required=True)
    facilitator = ma.fields.String(required=True)
    starts_at = ma.fields.AwareDateTime(required=True)
    ends_at = ma.fields.AwareDateTime(required=True)
    place = ma.fields.String(required=True, allow_none=True)
    online = ma.fields.Boolean(required=True)
    online_url = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "For those who have a place."}
    )
    capacity = ma.fields.Integer(required=True, allow_none=True)
    registered = ma.fields.Integer(required=True)
    waiting = ma.fields.Integer(required=True)
    mine = ma.fields.String(required=True, allow_none=True, validate=_PLACES)
    coordinated = ma.fields.Boolean(
        required=True, metadata={"description": "Whether the caller coordinates its cause."}
    )
    state = ma.fields.String(required=True, validate=validate.OneOf([state.value for state in State]))
    proposals = ma.fields.List(ma.fields.UUID(), required=True)
    minutes = ma.fields.String(required=True, allow_none=True)
    attendance = ma.fields.Integer(required=True, allow_none=True)
    actions = ma.fields.List(
        ma.fields.UUID(), required=True, metadata={"description": "The actions that came out of it."}
    )
    created_at = ma.fields.AwareDateTime(required=True)


class PlaceSchema(Schema):
    """What the caller has got: a place, or a rank from 1 among those who wait."""

    state = ma.fields.String(required=True, validate=_PLACES)
    rank = ma.fields.Integer(required=True, allow_none=True)
    asked_at = ma.fields.AwareDateTime(required=True)


class NewWorkshopSchema(Schema):
    """What a workshop is convened with."""

    title = LocalisedText(required=True, longest=LONGEST_TITLE)
    agenda = LocalisedText(required=True, longest=LONGEST_AGENDA, multiline=True)
    facilitator = Text(longest=LONGEST_NAME, required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    place = Text(longest=LONGEST_PLACE, load_default=None, allow_none=True)
    online_url = ma.fields.String(load_default=None, allow_none=True, validate=HTTPS)
    capacity = ma.fields.Integer(load_default=None, allow_none=True, strict=True, validate=_ROOM)
    proposals = ma.fields.List(ma.fields.UUID(), required=True, validate=ItemCount(min=1, max=MOST_PROPOSALS))

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The command's arguments."""
        proposals = data.pop("proposals")
        return {"new": NewWorkshop(**data), "proposals": proposals}


class CapacitySchema(Schema):
    """How many can come; null for everybody."""

    capacity = ma.fields.Integer(required=True, allow_none=True, strict=True, validate=_ROOM)


class WorkshopDraftSchema(DraftSchema):
    """An action as it came out of the workshop, with the proposals it came from."""

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> Draft:
        """The command's argument."""
        return Draft(**data)


class ReportSchema(Schema):
    """What was said, how many came, and what came out."""

    minutes = Text(longest=LONGEST_MINUTES, required=True, multiline=True)
    attendance = ma.fields.Integer(required=True, strict=True, validate=Range(min=0, max=LARGEST))
    drafts = ma.fields.List(
        ma.fields.Nested(WorkshopDraftSchema()),
        load_default=lambda: [],
        validate=ItemCount(max=MOST_DRAFTS),
    )


WORKSHOP = WorkshopSchema()
WORKSHOPS = page_schema(WORKSHOP)
