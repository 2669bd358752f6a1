"""Operators, in and out."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from libs.chassis.errors import Sentence
from libs.chassis.messages import N_
from libs.chassis.paging import PageQuery
from libs.chassis.schemas import ItemCount, OneOf, Schema, Text
from services.identity.operators.rules import (
    LONGEST_NOTE,
    MOST_TERRITORIES,
    STATUSES,
    is_operator_code,
    is_territory_code,
)
from services.identity.organisations.rules import LONGEST_NAME
from services.identity.organisations.schemas import OrganisationSchema
from services.identity.people.schemas import Email


def _territories_field(**options: Any) -> ma.fields.List[str]:
    return ma.fields.List(
        ma.fields.String(validate=_check_territory),
        validate=ItemCount(max=MOST_TERRITORIES),
        metadata={"description": "Codes of the départements and communes that it serves"},
        **options,
    )


def _check_territory(code: str) -> None:
    if not is_territory_code(code):
        raise ma.ValidationError(Sentence(N_("This is no code of a département or of a commune.")))


class OperatorsQuery(PageQuery):
    """Which operators to list. `serves` is the INSEE code of a commune: the operator that serves it, or none."""

    serves = Text(longest=5)


class NewOperatorSchema(Schema):
    """An operator to add. `contact` is published: whom to write to about what it holds."""

    code = Text(required=True, longest=16)
    name = Text(required=True, longest=LONGEST_NAME)
    organisation = ma.fields.UUID(required=True)
    contact = Email(required=True)
    territory = Text(required=True, longest=LONGEST_NOTE)
    status = ma.fields.String(load_default="preparing", validate=OneOf(STATUSES))
    territories = _territories_field(load_default=list)

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
    """What changes in an operator's life; what is left out stays. One that leaves serves nobody."""

    status = ma.fields.String(validate=OneOf(STATUSES))
    territories = _territories_field()


class OperatorSchema(Schema):
    """An operator. `territory` says in words what it serves, `territories` in codes of départements and communes."""

    code = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    organisation = ma.fields.Nested(OrganisationSchema(), required=True)
    contact = ma.fields.String(required=True)
    territory = ma.fields.String(required=True)
    territories = ma.fields.List(ma.fields.String(), required=True)
    status = ma.fields.String(required=True)
