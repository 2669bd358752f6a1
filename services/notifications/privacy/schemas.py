"""What is held of a person, out."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import Schema
from services.notifications.follows.schemas import FollowSchema


class ContactSchema(Schema):
    """Where mail reaches the person."""

    email = ma.fields.String(required=True, allow_none=True)
    language = ma.fields.String(required=True)
    created_at = ma.fields.AwareDateTime(required=True)


class ChoiceSchema(Schema):
    """A choice of the person's."""

    kind = ma.fields.String(required=True)
    level = ma.fields.String(required=True)
    changed_at = ma.fields.AwareDateTime(required=True)


class KeptNoticeSchema(Schema):
    """A notice, as it is kept."""

    id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    facts = ma.fields.Dict(required=True)
    path = ma.fields.String(required=True)
    happened_at = ma.fields.AwareDateTime(required=True)
    read_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class ModerationSchema(Schema):
    """What the person moderates, or moderated lately."""

    scope = ma.fields.String(required=True)
    holds = ma.fields.Boolean(required=True)
    since = ma.fields.AwareDateTime(required=True)


class HeldSchema(Schema):
    """Everything held of the caller."""

    contact = ma.fields.Nested(ContactSchema(), required=True, allow_none=True)
    known_by = ma.fields.List(
        ma.fields.String(),
        required=True,
        metadata={"description": "The operators that know the person, each by an id of its own."},
    )
    preferences = ma.fields.List(ma.fields.Nested(ChoiceSchema()), required=True)
    follows = ma.fields.List(ma.fields.Nested(FollowSchema()), required=True)
    notices = ma.fields.List(ma.fields.Nested(KeptNoticeSchema()), required=True)
    mailed_at = ma.fields.List(ma.fields.AwareDateTime(), required=True)
    moderations = ma.fields.List(ma.fields.Nested(ModerationSchema()), required=True)
