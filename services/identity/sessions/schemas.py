"""Signing in, in and out."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from libs.chassis.errors import Sentence
from libs.chassis.messages import N_
from libs.chassis.schemas import OneOf, Schema, Text
from services.identity.people.schemas import Email, PersonSchema, language_field
from services.identity.sessions.rules import GRANT_TYPES, is_local_path, read_code

_LONGEST_SECRET = 100
_LONGEST_PATH = 500


class SignInSchema(Schema):
    """Who wants to sign in, and where to go then: a path of this site."""

    email = Email(required=True)
    language = language_field(load_default=None)
    return_to = Text(longest=_LONGEST_PATH, load_default="/")

    @ma.validates("return_to")
    def _check_return_to(self, path: str, data_key: str) -> None:
        if not is_local_path(path):
            raise ma.ValidationError(Sentence(N_("This is not a path of this site.")))


class SignInAnswerSchema(Schema):
    """The sign-in under way: its code is given beside `request`. It says nothing of whether there is an account."""

    request = ma.fields.UUID(required=True, attribute="id")
    expires_at = ma.fields.AwareDateTime(required=True)


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
        must, may = GRANT_TYPES[data["grant_type"]]
        given = data.keys() - {"grant_type"}
        errors = {field: [str(self.error_messages["unknown"])] for field in given - must - may}
        errors |= {field: [str(ma.fields.Field.default_error_messages["required"])] for field in must - given}
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
