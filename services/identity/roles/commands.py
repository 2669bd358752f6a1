"""Giving roles and taking them back.

Who may is asked of the database and not of the token: an administrator whose role was taken back must not use the
last minutes of an access token to take it again.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.chassis.db import database_of, lock
from libs.chassis.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Sentence
from libs.chassis.ids import uuid7
from libs.chassis.messages import N_
from libs.chassis.outbox import record
from libs.chassis.tokens import Grant
from libs.contracts.identity import RoleGranted, RoleRevoked
from services.identity.operators.queries import operator_exists
from services.identity.people.commands import ensure_subject
from services.identity.people.models import Person
from services.identity.roles.models import RoleGrant
from services.identity.roles.queries import grants_of
from services.identity.roles.rules import FIRST_ADMINISTRATOR, fits, may_grant, scope_kind


def grant_role(session: Session, person: Person, grant: Grant, *, by: Person | None, now: datetime) -> UUID:
    """Give `person` a role; `by` is None at the console. Returns the grant's id.

    Raises `Forbidden`, `Conflict` when they hold it already, `Invalid` when the role means nothing in that scope.
    """
    _check_may(session, by, grant)
    _check_sense(session, grant)
    granted = session.execute(
        insert(RoleGrant)
        .values(
            id=uuid7(),
            person_id=person.id,
            role=grant.role,
            scope=grant.scope,
            granted_by_id=by.id if by else None,
            granted_at=now,
        )
        .on_conflict_do_nothing(index_elements=[RoleGrant.person_id, RoleGrant.role, RoleGrant.scope])
        .returning(RoleGrant.id)
    ).scalar_one_or_none()
    if granted is None:
        raise Conflict("grant.exists", N_("This person already holds this role there."))
    subject = ensure_subject(session, person.id, database_of(session).owner)
    record(session, RoleGranted(person_id=subject, role=grant.role, scope=grant.scope))
    return granted


def revoke_role(session: Session, grant_id: UUID, *, by: Person) -> None:
    """Take a role back. Raises `NotFound`, `Forbidden`, or `Conflict` for the last administrator of all."""
    held = session.get(RoleGrant, grant_id)
    if held is None:
        raise NotFound("grant.unknown", N_("There is no such grant."))
    grant = Grant(held.role, held.scope)
    _check_may(session, by, grant)
    if grant == FIRST_ADMINISTRATOR:
        _check_not_last(session)
    session.delete(held)
    subject = ensure_subject(session, held.person_id, database_of(session).owner)
    record(session, RoleRevoked(person_id=subject, role=grant.role, scope=grant.scope))


def count_administrators(session: Session) -> int:
    """How many people may do everything. Holds, until the transaction ends, all others who count them to act on it."""
    lock(session, "identity administrators")
    query = select(func.count()).select_from(RoleGrant)
    role, scope = FIRST_ADMINISTRATOR.role, FIRST_ADMINISTRATOR.scope
    return session.execute(query.where(RoleGrant.role == role, RoleGrant.scope == scope)).scalar_one()


def _check_may(session: Session, by: Person | None, grant: Grant) -> None:
    if by is not None and not may_grant(grants_of(session, by.id), grant):
        raise Forbidden("grant.forbidden", N_("You may not decide who holds this role there."))


def _check_sense(session: Session, grant: Grant) -> None:
    if scope_kind(grant.scope) is None:
        raise _invalid_scope(N_("This is not a scope."))
    if not fits(grant.role, grant.scope):
        raise _invalid_scope(N_("This role means nothing in such a scope."))
    if scope_kind(grant.scope) == "operator" and not operator_exists(session, grant.scope.partition(":")[2]):
        raise _invalid_scope(N_("There is no such operator."))


def _check_not_last(session: Session) -> None:
    if count_administrators(session) == 1:
        raise Conflict("grant.last_administrator", N_("Somebody must remain to administer the coalition."))


def _invalid_scope(message: str) -> Invalid:
    return Invalid(
        "grant.scope",
        N_("This role cannot be given there."),
        errors=(FieldError("scope", Sentence(message)),),
    )
