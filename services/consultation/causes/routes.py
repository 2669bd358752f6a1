"""Causes over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from libs.chassis.paging import PageQuery
from libs.chassis.web import Blueprint, public, require, transaction
from services.consultation.causes import commands, queries
from services.consultation.causes.rules import COALITION, ROLE
from services.consultation.causes.schemas import CAUSE, CAUSES, NewCauseSchema

blueprint = Blueprint("causes", __name__, url_prefix="/v1", description="What the coalition stands for.")


@blueprint.get("/causes")
@public
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, CAUSES)
def list_causes(query: dict[str, Any]) -> Any:
    """All causes, those that open last first."""
    with transaction() as session:
        return queries.list_causes(session, **query)


@blueprint.post("/causes")
@require(ROLE, COALITION)
@blueprint.arguments(NewCauseSchema())
@blueprint.response(201, CAUSE)
def create_cause(new: commands.NewCause) -> Any:
    """Start a cause."""
    with transaction() as session:
        return commands.create_cause(session, new, datetime.now(UTC))


@blueprint.get("/causes/<slug:slug>")
@public
@blueprint.response(200, CAUSE)
def show_cause(slug: str) -> Any:
    """One cause."""
    with transaction() as session:
        return queries.get_cause(session, slug)
