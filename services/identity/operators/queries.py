"""Which operators there are."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from services.identity.operators.models import Operator, ServedTerritory
from services.identity.operators.rules import serving
from services.identity.territories.queries import around_commune

_LISTING = "operators"


def operator_exists(session: Session, code: str) -> bool:
    """Whether there is, or was, an operator of that code."""
    return bool(session.scalar(select(exists().where(Operator.code == code))))


def serves_people(session: Session, code: str) -> bool:
    """Whether people may be sent to the operator: it has not left."""
    return bool(session.scalar(select(exists().where(Operator.code == code, Operator.status != "left"))))


def territories_served(session: Session, code: str) -> frozenset[str]:
    """The codes of the départements and communes that the operator serves; none where there is no such operator."""
    return frozenset(
        session.scalars(select(ServedTerritory.code).where(ServedTerritory.operator_code == code))
    )


def get_operator(session: Session, code: str) -> Operator:
    """One operator. Raises `NotFound`."""
    operator = session.get(Operator, code)
    if operator is None:
        raise NotFound("operator.unknown", N_("There is no such operator."))
    return operator


def list_operators(
    session: Session, *, cursor: str | None, limit: int, serves: str | None = None
) -> Page[Operator]:
    """The operators by code, those who left included: their data must stay findable.

    `serves` asks for the active operator that serves a commune, by its INSEE code: a page of one, or of none.
    """
    if serves is not None:
        operator = operator_serving(session, serves.upper())
        return Page([operator] if operator else [], None)
    query = select(Operator).order_by(Operator.code).limit(limit + 1)
    after = decode_cursor(_LISTING, cursor, str)
    if after is not None:
        query = query.where(Operator.code > after[0])
    return page(_LISTING, session.scalars(query).all(), limit, lambda operator: [operator.code])


def operator_serving(session: Session, commune: str) -> Operator | None:
    """The active operator that serves a commune today; codes of its parts, or of the past, mean the whole."""
    around = around_commune(session, commune)
    rows = session.execute(
        select(ServedTerritory.code, ServedTerritory.operator_code)
        .join(Operator, Operator.code == ServedTerritory.operator_code)
        .where(ServedTerritory.code.in_(around), Operator.status == "active")
    )
    found = serving(around, {row.code: row.operator_code for row in rows})
    return session.get(Operator, found) if found else None
