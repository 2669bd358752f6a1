"""Who holds which role. Each change works at the person's next access token, ten minutes later at most."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from libs.chassis.paging import Page, page_schema
from libs.chassis.tokens import Grant
from libs.chassis.web import Blueprint, account, principal, transaction
from services.identity.people.queries import caller, known_person
from services.identity.roles import commands, queries
from services.identity.roles.queries import GrantView
from services.identity.roles.schemas import GrantQuerySchema, GrantSchema, NewGrantSchema

roles = Blueprint("roles", __name__, url_prefix="/v1/grants", description="Roles and their scopes")


@roles.post("")
@account
@roles.arguments(NewGrantSchema())
@roles.response(201, GrantSchema())
def grant(asked: dict[str, Any]) -> GrantView:
    """Give somebody a role within a scope."""
    with transaction() as session:
        giver, person = caller(session, principal()), known_person(session, asked["person"])
        wanted = Grant(asked["role"], asked["scope"])
        grant_id = commands.grant_role(session, person, wanted, by=giver, now=datetime.now(UTC))
        return queries.grant_view(session, grant_id)


@roles.get("")
@account
@roles.arguments(GrantQuerySchema(), location="query")
@roles.response(200, page_schema(GrantSchema()))
def list_grants(query: dict[str, Any]) -> Page[GrantView]:
    """The grants that the caller may give and take back."""
    with transaction() as session:
        held = queries.grants_of(session, caller(session, principal()).id)
        person = known_person(session, query["person"]).id if query["person"] else None
        return queries.list_grants(session, held, person, cursor=query["cursor"], limit=query["limit"])


@roles.delete("/<uuid:grant_id>")
@account
@roles.response(204)
def revoke(grant_id: UUID) -> None:
    """Take a role back."""
    with transaction() as session:
        commands.revoke_role(session, grant_id, by=caller(session, principal()))
