"""One's own account, and finding somebody's."""

from __future__ import annotations

from typing import Any

from libs.chassis.paging import Page
from libs.chassis.web import Blueprint, account, principal, require, transaction
from services.identity.people import commands, queries
from services.identity.people.queries import PersonView
from services.identity.people.rules import EmailAddress
from services.identity.people.schemas import (
    PeopleSchema,
    PersonQuerySchema,
    PersonSchema,
    ProfileChangeSchema,
)

people = Blueprint("people", __name__, url_prefix="/v1", description="Accounts")


@people.get("/me")
@account
@people.response(200, PersonSchema())
def me() -> PersonView:
    """The account that the token stands for, with its roles as they are now."""
    with transaction() as session:
        return queries.view(session, queries.caller(session, principal()))


@people.patch("/me")
@account
@people.arguments(ProfileChangeSchema())
@people.response(200, PersonSchema())
def change_me(changes: dict[str, Any]) -> PersonView:
    """Change one's display name or language."""
    with transaction() as session:
        person = queries.caller(session, principal())
        commands.change_profile(session, person, changes)
        return queries.view(session, person)


@people.get("/people")
@require("administrator", "coalition")
@people.arguments(PersonQuerySchema(), location="query")
@people.response(200, PeopleSchema())
def find_people(query: dict[str, EmailAddress]) -> Page[PersonView]:
    """The account of an e-mail address, for administrators."""
    with transaction() as session:
        person = queries.person_by_email(session, query["email"])
        return Page([queries.view(session, person)] if person else [], None)
