"""Asking for the mail, in and out."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.errors import Sentence
from libs.chassis.messages import N_
from libs.chassis.schemas import Schema, Text
from services.identity.people.schemas import Email, language_field
from services.identity.sign_in.rules import is_local_path

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
