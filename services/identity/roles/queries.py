"""Who holds which role where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased

from libs.chassis.db import database_of
from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Grant
from services.identity.keys.rules import ACCESS_TOKEN
from services.identity.people.models import PairwiseSubject
from services.identity.roles.models import RoleGrant
from services.identity.roles.rules import COALITION, FIRST_ADMINISTRATOR

_LISTING = "grants"


@dataclass(frozen=True, slots=True)
class GrantView:
    """A grant as the API shows it; people by their pairwise ids. It works everywhere from `effective_by` on."""

    id: UUID
    person: UUID
    role: str
    scope: str
    granted_by: UUID | None
    granted_at: datetime

    @property
    def effective_by(self) -> datetime:
        """When the last access token made before it has expired."""
        return self.granted_at + ACCESS_TOKEN


def grants_of(session: Session, person_id: UUID) -> list[Grant]:
    """The roles that a person holds now, in a stable order."""
    query = select(RoleGrant.role, RoleGrant.scope).where(RoleGrant.person_id == person_id)
    return [
        Grant(role, scope) for role, scope in session.execute(query.order_by(RoleGrant.role, RoleGrant.scope))
    ]


def grant_view(session: Session, grant_id: UUID) -> GrantView:
    """One grant. Raises `NotFound`."""
    row = session.execute(_grants(session).where(RoleGrant.id == grant_id)).one_or_none()
    if row is None:
        raise NotFound("grant.unknown", N_("There is no such grant."))
    return GrantView(*row)


def list_grants(
    session: Session, held: Sequence[Grant], person_id: UUID | None, *, cursor: str | None, limit: int
) -> Page[GrantView]:
    """The grants that somebody who holds `held` may give and take back, the oldest first; one person's if named."""
    query = _grants(session).order_by(RoleGrant.id).limit(limit + 1)
    after = decode_cursor(_LISTING, cursor, UUID)
    if after is not None:
        query = query.where(RoleGrant.id > after[0])
    if person_id is not None:
        query = query.where(RoleGrant.person_id == person_id)
    rows = [GrantView(*row) for row in session.execute(_within(query, held))]
    return page(_LISTING, rows, limit, lambda grant: [str(grant.id)])


_Grants = Select[*tuple[Any, ...]]
"""The columns of a `GrantView`, in its order."""


def _grants(session: Session) -> _Grants:
    owner = database_of(session).owner
    holder, giver = aliased(PairwiseSubject), aliased(PairwiseSubject)
    return (
        select(
            RoleGrant.id,
            holder.subject,
            RoleGrant.role,
            RoleGrant.scope,
            giver.subject,
            RoleGrant.granted_at,
        )
        .join(holder, (holder.person_id == RoleGrant.person_id) & (holder.owner == owner))
        .outerjoin(giver, (giver.person_id == RoleGrant.granted_by_id) & (giver.owner == owner))
    )


def _within(query: _Grants, held: Sequence[Grant]) -> _Grants:
    """`rules.may_grant`, said in SQL."""
    if FIRST_ADMINISTRATOR in held:
        return query
    coordinated = {grant.scope for grant in held if grant.role == "coordinator"}
    reach: ColumnElement[bool] = RoleGrant.scope.in_(coordinated)
    if COALITION in coordinated:
        reach = or_(RoleGrant.scope == COALITION, RoleGrant.scope.startswith("cause:"))
    return query.where(RoleGrant.role == "moderator", reach)
