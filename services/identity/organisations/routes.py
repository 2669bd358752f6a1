"""The organisations, which anyone may list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from libs.chassis.paging import Page, PageQuery, page_schema
from libs.chassis.web import Blueprint, public, require, transaction
from services.identity.organisations import commands, queries
from services.identity.organisations.models import Organisation
from services.identity.organisations.schemas import NewOrganisationSchema, OrganisationSchema

organisations = Blueprint(
    "organisations", __name__, url_prefix="/v1/organisations", description="Organisations"
)


@organisations.get("")
@public
@organisations.arguments(PageQuery(), location="query")
@organisations.response(200, page_schema(OrganisationSchema()))
def list_organisations(query: dict[str, Any]) -> Page[Organisation]:
    """Every organisation, by name."""
    with transaction() as session:
        return queries.list_organisations(session, **query)


@organisations.post("")
@require("administrator", "coalition")
@organisations.arguments(NewOrganisationSchema())
@organisations.response(201, OrganisationSchema())
def add_organisation(asked: dict[str, Any]) -> Organisation:
    """Add an organisation."""
    with transaction() as session:
        return commands.add_organisation(session, **asked, now=datetime.now(UTC))
