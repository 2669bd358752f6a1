"""Organisations, in and out."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.errors import Sentence
from libs.chassis.messages import N_
from libs.chassis.schemas import OneOf, Schema, Text
from services.identity.organisations.rules import KINDS, LONGEST_NAME, LONGEST_URL, sort_key


class WebAddress(ma.validate.URL):
    """An address that a page may link to: http or https, nothing that a browser would run."""

    def __init__(self) -> None:
        super().__init__(schemes={"http", "https"})

    def _format_error(self, value: object) -> str:
        return Sentence(N_("This is not a web address: it starts with https:// or http://."))


class NewOrganisationSchema(Schema):
    """An organisation to add."""

    name = Text(required=True, longest=LONGEST_NAME)
    kind = ma.fields.String(required=True, validate=OneOf(KINDS))
    url = Text(longest=LONGEST_URL, load_default=None, allow_none=True)

    @ma.validates("name")
    def _check_name(self, name: str, data_key: str) -> None:
        if not any(character.isalnum() for character in sort_key(name)):
            raise ma.ValidationError(Sentence(N_("A name has letters or digits in it.")))

    @ma.validates("url")
    def _check_url(self, url: str | None, data_key: str) -> None:
        if url is not None:
            WebAddress()(url)


class OrganisationSchema(Schema):
    """An organisation."""

    id = ma.fields.UUID(required=True)
    name = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    url = ma.fields.String(required=True, allow_none=True)
