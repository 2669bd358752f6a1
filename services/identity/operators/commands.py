"""Welcoming operators, and noting what becomes of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.chassis.errors import Conflict, FieldError, Invalid, Sentence
from libs.chassis.messages import N_
from services.identity.operators.models import Operator, ServedTerritory
from services.identity.organisations.models import Organisation
from services.identity.people.rules import EmailAddress
from services.identity.territories.queries import unknown_territories


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
    territories: Collection[str] = (),
) -> Operator:
    """A new operator, run by `organisation`, that serves `territories`.

    Raises `Conflict` on a code in use or a territory of another operator, `Invalid` on no such organisation.
    """
    _check_organisation(session, organisation)
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
    operator = session.get_one(Operator, code)
    if territories:
        serve(session, operator, territories)
    return operator


def change_operator(session: Session, operator: Operator, changes: Mapping[str, Any]) -> Operator:
    """Change an operator's `status`, the `territories` it serves, or both; what is left out stays."""
    if "status" in changes:
        change_status(session, operator, changes["status"])
    if "territories" in changes:
        serve(session, operator, changes["territories"])
    return operator


def change_status(session: Session, operator: Operator, status: str) -> None:
    """Note that an operator has started or left; what one that leaves has served, another may serve from now on."""
    operator.status = status
    if status == "left":
        _release(session, operator, kept=())


def serve(session: Session, operator: Operator, territories: Collection[str]) -> None:
    """Let an operator serve these départements and communes, by code, and nothing else.

    Raises `Invalid` on codes of nothing, `Conflict` when it has left, or on a territory that another operator serves.
    """
    if operator.status == "left":
        raise Conflict("operator.left", N_("This operator has left, and serves nobody."))
    _check_known(session, territories)
    _release(session, operator, kept=territories)
    if territories:
        rows = [{"code": code, "operator_code": operator.code} for code in sorted(set(territories))]
        session.execute(insert(ServedTerritory).values(rows).on_conflict_do_nothing())
        _check_own(session, operator, territories)
    session.refresh(operator, ["served"])


def _check_organisation(session: Session, organisation: UUID) -> None:
    if session.get(Organisation, organisation) is None:
        unknown = FieldError("organisation", Sentence(N_("There is no such organisation.")))
        raise Invalid(
            "operator.organisation", N_("An operator belongs to an organisation."), errors=(unknown,)
        )


def _release(session: Session, operator: Operator, *, kept: Collection[str]) -> None:
    session.execute(
        delete(ServedTerritory).where(
            ServedTerritory.operator_code == operator.code, ServedTerritory.code.not_in(kept)
        )
    )
    session.refresh(operator, ["served"])


def _check_known(session: Session, territories: Collection[str]) -> None:
    unknown = unknown_territories(session, territories)
    if unknown:
        which = FieldError(
            "territories",
            Sentence(N_("No département or commune has these codes: {codes}."), codes=", ".join(unknown)),
        )
        raise Invalid(
            "operator.territory", N_("An operator serves départements and communes."), errors=(which,)
        )


def _check_own(session: Session, operator: Operator, territories: Collection[str]) -> None:
    taken = session.scalars(
        select(ServedTerritory.code)
        .where(ServedTerritory.code.in_(territories), ServedTerritory.operator_code != operator.code)
        .order_by(ServedTerritory.code)
    ).all()
    if taken:
        raise Conflict(
            "operator.territory_taken",
            N_("A territory belongs to one operator at a time, and these are another’s: {codes}."),
            codes=", ".join(taken),
        )
