"""Tokens and sessions, in and out."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from libs.chassis.errors import Sentence
from libs.chassis.messages import N_
from libs.chassis.schemas import OneOf, Schema, Text
from services.identity.people.schemas import PersonSchema
from services.identity.sessions.rules import GRANT_TYPES
from services.identity.sign_in.rules import read_code

_LONGEST_SECRET = 100
_UNKNOWN, _MISSING = "Unknown field.", "Missing data for required field."
"""marshmallow's own sentences, which the chassis translates."""


class TokenRequestSchema(Schema):
    """What is given for a token: the secret of a link, a request and its code, or a session."""

    grant_type = ma.fields.String(required=True, validate=OneOf(list(GRANT_TYPES)))
    token = Text(longest=_LONGEST_SECRET)
    request = ma.fields.UUID()
    code = Text(longest=20)
    session = Text(longest=_LONGEST_SECRET)
    audience = Text(longest=40)

    @ma.validates("code")
    def _check_code(self, code: str, data_key: str) -> None:
        if read_code(code) is None:
            raise ma.ValidationError(Sentence(N_("A code has six digits.")))

    @ma.validates_schema(skip_on_field_errors=True)
    def _check_fields(self, data: dict[str, Any], **_: Any) -> None:
        fields, given = GRANT_TYPES[data["grant_type"]], frozenset(data) - {"grant_type"}
        errors = {field: [_UNKNOWN] for field in fields.foreign(given)}
        errors |= {field: [_MISSING] for field in fields.missing(given)}
        if errors:
            raise ma.ValidationError(errors)


class TokenSchema(Schema):
    """An access token and whose it is; with a sign-in, also the session that buys the next ones."""

    access_token = ma.fields.String(required=True)
    expires_in = ma.fields.Integer(required=True, metadata={"description": "Seconds."})
    person = ma.fields.Nested(PersonSchema(), required=True)
    session = ma.fields.String()
    session_expires_at = ma.fields.AwareDateTime()
    return_to = ma.fields.String()
    new_account = ma.fields.Boolean()


class SignOutSchema(Schema):
    """The session to end."""

    session = Text(required=True, longest=_LONGEST_SECRET)
