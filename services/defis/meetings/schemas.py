"""Meetings in JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.chassis.paging import page_schema
from libs.chassis.schemas import ItemCount, OneOf, Range, Schema, Text
from services.defis.fields import HttpsAddress, Instant, name_field, note_field
from services.defis.meetings.rules import (
    LARGEST,
    LONGEST_MINUTES,
    LONGEST_PLACE,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_ACCESSIBILITY,
    Accessibility,
    Kind,
    Place,
    State,
)

_PLACES = validate.OneOf([place.value for place in Place])


class MeetingSchema(Schema):
    """A meeting as its reader sees it."""

    id = ma.fields.UUID(required=True)
    defi_id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True, validate=validate.OneOf([kind.value for kind in Kind]))
    title = ma.fields.String(required=True)
    starts_at = ma.fields.AwareDateTime(required=True)
    ends_at = ma.fields.AwareDateTime(required=True)
    place = ma.fields.String(required=True, allow_none=True)
    online = ma.fields.Boolean(required=True, metadata={"description": "Whether one can join online."})
    online_url = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "For the group, the operator's people, and whoever has a place."},
    )
    agenda = ma.fields.String(required=True, allow_none=True)
    accessibility = ma.fields.List(ma.fields.String(), required=True)
    accessibility_note = ma.fields.String(required=True, allow_none=True)
    capacity = ma.fields.Integer(required=True, allow_none=True)
    state = ma.fields.String(required=True, validate=validate.OneOf([state.value for state in State]))
    minutes = ma.fields.String(required=True, allow_none=True)
    attendance = ma.fields.Integer(required=True, allow_none=True)
    reported_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    registered = ma.fields.Integer(required=True)
    waiting = ma.fields.Integer(required=True)
    mine = ma.fields.String(
        required=True, allow_none=True, validate=_PLACES, metadata={"description": "The caller's place."}
    )


class MeetingFieldsSchema(Schema):
    """What can be said of a meeting to come, to change it."""

    title = Text(longest=LONGEST_TITLE)
    starts_at = Instant()
    ends_at = Instant()
    place = Text(longest=LONGEST_PLACE, allow_none=True)
    online_url = HttpsAddress(allow_none=True)
    agenda = Text(longest=LONGEST_TEXT, multiline=True, allow_none=True)
    accessibility = ma.fields.List(
        ma.fields.String(validate=OneOf([feature.value for feature in Accessibility])),
        validate=ItemCount(max=MOST_ACCESSIBILITY),
    )
    accessibility_note = Text(longest=LONGEST_TEXT, multiline=True, allow_none=True)
    capacity = ma.fields.Integer(
        allow_none=True,
        strict=True,
        validate=Range(min=1, max=LARGEST),
        metadata={"description": "Null where there is no limit."},
    )


class NewMeetingSchema(MeetingFieldsSchema):
    """A meeting to announce. The title of a debate is the question debated."""

    kind = ma.fields.String(required=True, validate=OneOf([kind.value for kind in Kind]))
    title = Text(longest=LONGEST_TITLE, required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    place = Text(longest=LONGEST_PLACE, load_default=None, allow_none=True)
    online_url = HttpsAddress(load_default=None, allow_none=True)
    accessibility = ma.fields.List(
        ma.fields.String(validate=OneOf([feature.value for feature in Accessibility])),
        validate=ItemCount(max=MOST_ACCESSIBILITY),
        load_default=list,
    )

    @ma.post_load
    def complete(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """What was left out, as it is stored."""
        return {"agenda": None, "accessibility_note": None, "capacity": None} | data


class CancellationSchema(Schema):
    """Why a meeting is cancelled, for the group."""

    reason = note_field()


class ReportSchema(Schema):
    """How a meeting went: minutes that everybody reads, so they name nobody who did not agree to it."""

    minutes = Text(longest=LONGEST_MINUTES, multiline=True, required=True)
    attendance = ma.fields.Integer(required=True, strict=True, validate=Range(min=0, max=LARGEST))


class NewRegistrationSchema(Schema):
    """Wanting to come."""

    name = name_field(load_default=None, allow_none=True)


class RegistrationSchema(Schema):
    """The caller's place."""

    state = ma.fields.String(required=True, validate=_PLACES)
    rank = ma.fields.Integer(
        required=True, allow_none=True, metadata={"description": "Among those who wait, from 1."}
    )
    name = ma.fields.String(required=True, allow_none=True)
    asked_at = ma.fields.AwareDateTime(required=True)


class RegistrantSchema(Schema):
    """Somebody who comes or waits, for the core group."""

    name = ma.fields.String(required=True, allow_none=True)
    state = ma.fields.String(required=True, validate=_PLACES)
    asked_at = ma.fields.AwareDateTime(required=True)


MEETING = MeetingSchema()
MEETINGS = page_schema(MEETING)
REGISTRANTS = page_schema(RegistrantSchema())
