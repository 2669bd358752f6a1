"""Causes over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from libs.chassis.paging import Page, PageQuery
from libs.chassis.web import Blueprint, caller_or_none, principal, public, require, transaction
from services.consultation.causes import commands, queries
from services.consultation.causes.rules import ADMINISTRATOR, COALITION, ROLE
from services.consultation.causes.schemas import CAUSE, CAUSES, NewCauseSchema

blueprint = Blueprint("causes", __name__, url_prefix="/v1", description="What the coalition stands for.")


@blueprint.get("/causes")
@public
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, CAUSES)
def list_causes(query: dict[str, Any]) -> Any:
    """All causes, those that open last first."""
    now = datetime.now(UTC)
    with transaction() as session:
        found = queries.list_causes(session, **query)
        return Page([queries.show(cause, caller_or_none(), now) for cause in found.items], found.next)


@blueprint.post("/causes")
@require(ROLE, COALITION, or_grant=ADMINISTRATOR)
@blueprint.arguments(NewCauseSchema())
@blueprint.response(201, CAUSE)
def create_cause(new: commands.NewCause) -> Any:
    """Start a cause, as a coordinator or an administrator of the coalition."""
    now = datetime.now(UTC)
    with transaction() as session:
        return queries.show(commands.create_cause(session, new, now), principal(), now)


@blueprint.get("/causes/<slug:slug>")
@public
@blueprint.response(200, CAUSE)
def show_cause(slug: str) -> Any:
    """One cause."""
    with transaction() as session:
        return queries.show(queries.get_cause(session, slug), caller_or_none(), datetime.now(UTC))
