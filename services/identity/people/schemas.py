"""People, in and out."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from libs.chassis.errors import Sentence
from libs.chassis.i18n import LANGUAGES
from libs.chassis.messages import N_
from libs.chassis.schemas import OneOf, Schema, Text
from services.identity.people.rules import LONGEST_EMAIL, LONGEST_NAME, EmailAddress, read_email


class Email(ma.fields.Field[EmailAddress]):
    """An e-mail address; loads as an `EmailAddress`, dumps as its text."""

    _text = Text(longest=LONGEST_EMAIL)

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "email"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> EmailAddress:
        address = read_email(self._text.deserialize(value, attr, data))
        if address is None:
            raise ma.ValidationError(Sentence(N_("This is not an e-mail address that mail can be sent to.")))
        return address


def language_field(**options: Any) -> ma.fields.Field[str]:
    """One of the languages of the platform."""
    return ma.fields.String(validate=OneOf(LANGUAGES), **options)


class RoleSchema(Schema):
    """A role and where it holds."""

    role = ma.fields.String(required=True)
    scope = ma.fields.String(required=True)


class PersonSchema(Schema):
    """A person. `id` is the id by which this owner's services know them."""

    id = ma.fields.UUID(required=True)
    display_name = ma.fields.String(required=True, allow_none=True)
    email = ma.fields.String(required=True)
    language = ma.fields.String(required=True)
    roles = ma.fields.List(ma.fields.Nested(RoleSchema()), required=True)


class ProfileChangeSchema(Schema):
    """What somebody changes of their own account; what is left out stays."""

    display_name = Text(longest=LONGEST_NAME, allow_none=True)
    language = language_field()


class PersonQuerySchema(Schema):
    """Finding the account of an address."""

    email = Email(required=True)


class PeopleSchema(Schema):
    """The accounts found: one or none, since an address is one account's."""

    items = ma.fields.List(ma.fields.Nested(PersonSchema()), required=True)
    next = ma.fields.String(allow_none=True, required=True)
