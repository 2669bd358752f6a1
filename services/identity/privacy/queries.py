"""What is held of somebody here, and how far an erasure has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.chassis.errors import NotFound, Unauthenticated
from libs.chassis.messages import N_
from libs.chassis.tokens import Principal
from services.identity.operators.models import Operator
from services.identity.people.models import PairwiseSubject, Person
from services.identity.privacy.models import Erasure
from services.identity.privacy.rules import is_done, is_late
from services.identity.roles.models import RoleGrant
from services.identity.sessions.models import OpenSession
from services.identity.sign_in.models import SignIn
from services.identity.vault import fingerprint


@dataclass(frozen=True, slots=True)
class Held:
    """Everything held of an account: rows as objects, nobody else in them."""

    account: dict[str, Any]
    known_by: list[dict[str, Any]]
    roles: list[dict[str, Any]]
    roles_given: list[dict[str, Any]]
    sessions: list[dict[str, Any]]
    sign_ins: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PartView:
    """One service of one owner in an erasure. `operator` is None for the coalition's own services."""

    owner: str
    service: str
    operator: Operator | None
    declared_at: datetime | None
    erased: dict[str, Any] | None
    late: bool


@dataclass(frozen=True, slots=True)
class ErasureView:
    """How far an erasure has come."""

    asked_at: datetime
    due_at: datetime
    done: bool
    parts: Sequence[PartView]
    receipt: str = ""
    """Told to whoever has just asked for it; nobody can tell it afterwards."""


def caller_to_erase(session: Session, principal: Principal) -> Person:
    """The account that a token stands for, held until the transaction ends, so that nothing is added to it meanwhile.

    Raises `Unauthenticated` when it no longer exists.
    """
    subject = select(PairwiseSubject.person_id).where(
        PairwiseSubject.owner == database_of(session).owner, PairwiseSubject.subject == principal.subject
    )
    held = select(Person).where(Person.id == subject.scalar_subquery()).with_for_update()
    person = session.scalars(held).one_or_none()
    if person is None:
        raise Unauthenticated("account.gone", N_("This account no longer exists."))
    return person


def held_of(session: Session, person: Person) -> Held:
    """Everything held of an account here, to read and take away."""
    own = PairwiseSubject.person_id == person.id
    return Held(
        account={
            "email": person.email,
            "display_name": person.display_name,
            "language": person.language,
            "created_at": person.created_at,
        },
        known_by=_rows(
            session, select(PairwiseSubject.owner, PairwiseSubject.subject.label("id")).where(own)
        ),
        roles=_rows(session, _GRANTS.where(RoleGrant.person_id == person.id)),
        roles_given=_rows(session, _GRANTS.where(RoleGrant.granted_by_id == person.id)),
        sessions=_rows(
            session,
            select(OpenSession.created_at.label("opened_at"), OpenSession.expires_at).where(
                OpenSession.person_id == person.id
            ),
        ),
        sign_ins=_rows(
            session,
            select(SignIn.created_at.label("asked_at"), SignIn.expires_at, SignIn.return_to).where(
                SignIn.email_key == person.email_key
            ),
        ),
    )


def count_held(session: Session, person: Person) -> dict[str, int]:
    """How many of what an erasure of the account removes here."""
    held = {
        "sessions": OpenSession.person_id == person.id,
        "roles": RoleGrant.person_id == person.id,
        "pairwise_ids": PairwiseSubject.person_id == person.id,
        "sign_ins": SignIn.email_key == person.email_key,
    }
    counted = {
        name: session.scalars(select(func.count()).where(condition)).one() for name, condition in held.items()
    }
    return {"accounts": 1} | counted


def show_erasure(session: Session, receipt: str, now: datetime) -> ErasureView:
    """How far the erasure of that receipt has come. Raises `NotFound`."""
    erasure = session.scalar(select(Erasure).where(Erasure.receipt_digest == fingerprint(receipt)))
    if erasure is None:
        raise NotFound("erasure.unknown", N_("There is no erasure with this receipt."))
    return view(session, erasure, now)


def view(session: Session, erasure: Erasure, now: datetime) -> ErasureView:
    """An erasure as whoever holds its receipt sees it, each operator named with whom to write to."""
    owners = {part.owner for part in erasure.parts}
    operators = {
        operator.code: operator
        for operator in session.scalars(select(Operator).where(Operator.code.in_(owners)))
    }
    return ErasureView(
        asked_at=erasure.asked_at,
        due_at=erasure.due_at,
        done=is_done(part.declared_at for part in erasure.parts),
        parts=[
            PartView(
                owner=part.owner,
                service=part.service,
                operator=operators.get(part.owner),
                declared_at=part.declared_at,
                erased=part.erased,
                late=is_late(part.declared_at, erasure.due_at, now),
            )
            for part in erasure.parts
        ],
    )


_GRANTS = select(RoleGrant.role, RoleGrant.scope, RoleGrant.granted_at).order_by(RoleGrant.id)


def _rows(session: Session, query: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(query).mappings()]
