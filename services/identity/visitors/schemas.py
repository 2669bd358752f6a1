"""What a browser gets."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import Schema


class VisitorTokenSchema(Schema):
    """The token that tells one browser apart from the others, and says nothing else about it."""

    token = ma.fields.String(required=True)
    expires_at = ma.fields.AwareDateTime(required=True)
