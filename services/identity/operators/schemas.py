"""Operators, in and out."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.errors import Sentence
from libs.chassis.messages import N_
from libs.chassis.schemas import OneOf, Schema, Text
from services.identity.operators.rules import LONGEST_NOTE, STATUSES, is_operator_code
from services.identity.organisations.rules import LONGEST_NAME
from services.identity.organisations.schemas import OrganisationSchema
from services.identity.people.schemas import Email


class NewOperatorSchema(Schema):
    """An operator to add. `contact` is published: whom to write to about what it holds."""

    code = Text(required=True, longest=16)
    name = Text(required=True, longest=LONGEST_NAME)
    organisation = ma.fields.UUID(required=True)
    contact = Email(required=True)
    territory = Text(required=True, longest=LONGEST_NOTE)
    status = ma.fields.String(load_default="preparing", validate=OneOf(STATUSES))

    @ma.validates("code")
    def _check_code(self, code: str, data_key: str) -> None:
        if not is_operator_code(code):
            raise ma.ValidationError(
                Sentence(
                    N_(
                        "A code is a lower-case letter, then letters or digits, 2 to 16 in all; some are reserved."
                    )
                )
            )


class OperatorChangeSchema(Schema):
    """What changes in an operator's life."""

    status = ma.fields.String(required=True, validate=OneOf(STATUSES))


class OperatorSchema(Schema):
    """An operator."""

    code = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    organisation = ma.fields.Nested(OrganisationSchema(), required=True)
    contact = ma.fields.String(required=True)
    territory = ma.fields.String(required=True)
    status = ma.fields.String(required=True)
