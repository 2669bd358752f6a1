"""Welcoming operators, and noting what becomes of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.chassis.errors import Conflict, FieldError, Invalid, Sentence
from libs.chassis.messages import N_
from services.identity.operators.models import Operator
from services.identity.organisations.models import Organisation
from services.identity.people.rules import EmailAddress


def add_operator(
    session: Session,
    *,
    code: str,
    name: str,
    organisation: UUID,
    contact: EmailAddress,
    territory: str,
    status: str,
    now: datetime,
) -> Operator:
    """A new operator, run by `organisation`. Raises `Conflict` on a code in use, `Invalid` on no such organisation."""
    if session.get(Organisation, organisation) is None:
        unknown = FieldError("organisation", Sentence(N_("There is no such organisation.")))
        raise Invalid(
            "operator.organisation", N_("An operator belongs to an organisation."), errors=(unknown,)
        )
    added = session.execute(
        insert(Operator)
        .values(
            code=code,
            name=name,
            organisation_id=organisation,
            contact=contact.text,
            territory=territory,
            status=status,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[Operator.code])
        .returning(Operator.code)
    ).scalar_one_or_none()
    if added is None:
        raise Conflict("operator.exists", N_("An operator already has this code, and codes are for ever."))
    return session.get_one(Operator, code)


def change_status(operator: Operator, status: str) -> None:
    """Note that an operator has started or left."""
    operator.status = status
