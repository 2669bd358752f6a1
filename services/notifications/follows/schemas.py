"""Follows, in and out."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from libs.chassis.errors import Sentence
from libs.chassis.i18n import LANGUAGES
from libs.chassis.messages import N_
from libs.chassis.schemas import OneOf, Schema, Text
from services.notifications.follows.rules import Reference, read_reference
from services.notifications.people.rules import LONGEST_EMAIL, read_email

_LONGEST_TOKEN = 200


class Email(ma.fields.Field[str]):
    """An e-mail address."""

    _text = Text(longest=LONGEST_EMAIL)

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "email"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        address = read_email(self._text.deserialize(value, attr, data))
        if address is None:
            raise ma.ValidationError(Sentence(N_("This is not an e-mail address that mail can be sent to.")))
        return address


class Topic(ma.fields.Field[Reference]):
    """Something to follow: `commune:35238`, `defi:<id>`, `proposal:<id>` or `consultation:<id>`."""

    _text = Text(longest=80)

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "description": self.__doc__}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Reference:
        reference = read_reference(self._text.deserialize(value, attr, data))
        if reference is None:
            raise ma.ValidationError(
                Sentence(N_("Write commune:, defi:, proposal: or consultation:, then a code or an id."))
            )
        return reference


class AskSchema(Schema):
    """Following without an account."""

    email = Email(required=True)
    topic = Topic(required=True)
    language = ma.fields.String(load_default=None, validate=OneOf(LANGUAGES))


class AskedSchema(Schema):
    """The answer, the same for every address."""

    expires_at = ma.fields.AwareDateTime(
        required=True, metadata={"description": "When the link in the mail ceases to work."}
    )


class CountQuery(Schema):
    """Of what the followers are counted."""

    topic = Topic(required=True)


class CountSchema(Schema):
    """How many follow something."""

    followers = ma.fields.Integer(
        required=True, allow_none=True, metadata={"description": "Null where they are fewer than five."}
    )


class ConfirmSchema(Schema):
    """What a confirmation link carries."""

    token = Text(longest=_LONGEST_TOKEN, required=True)


class FollowSchema(Schema):
    """Something followed."""

    id = ma.fields.UUID(required=True)
    topic = ma.fields.String(required=True)
    path = ma.fields.String(required=True, metadata={"description": "Where on the site it is seen."})
    since = ma.fields.AwareDateTime(required=True)


class FollowsSchema(Schema):
    """All that somebody follows."""

    items = ma.fields.List(ma.fields.Nested(FollowSchema()), required=True)


class NewFollowSchema(Schema):
    """Following with an account."""

    topic = Topic(required=True)
