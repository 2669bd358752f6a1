"""What an unsubscribe link is about, out."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import Schema
from services.notifications.follows.schemas import FollowSchema
from services.notifications.unsubscribe.rules import What


class UnsubscribeSchema(Schema):
    """What a link stops, and whether it is stopped."""

    what = ma.fields.Enum(What, by_value=True, required=True)
    label = ma.fields.String(
        required=True, metadata={"description": "What is stopped, in the language of the request."}
    )
    follows = ma.fields.List(
        ma.fields.Nested(FollowSchema()),
        required=True,
        metadata={"description": "What would not be followed any more; empty for the mails of an account."},
    )
    stopped = ma.fields.Boolean(required=True)
