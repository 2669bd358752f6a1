"""Results over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from libs.chassis.web import Blueprint, extension, public, transaction
from services.consultation.results import queries
from services.consultation.results.schemas import RESULTS, SCORED_PROPOSALS, ScoredQuery

blueprint = Blueprint("results", __name__, url_prefix="/v1", description="What a consultation says.")


@blueprint.get("/consultations/<slug:slug>/results")
@public
@blueprint.response(200, RESULTS)
def show_results(slug: str) -> Any:
    """The results: participation, zones, and the leading proposals of each kind."""
    with transaction() as session:
        return queries.summary(session, slug, extension("consultation.figures"), datetime.now(UTC))


@blueprint.get("/consultations/<slug:slug>/results/proposals")
@public
@blueprint.arguments(ScoredQuery(), location="query")
@blueprint.response(200, SCORED_PROPOSALS)
def list_scored(query: dict[str, Any], slug: str) -> Any:
    """All accepted proposals with their scores, in one of several orders."""
    with transaction() as session:
        return queries.list_scored(
            session, slug, extension("consultation.figures"), datetime.now(UTC), **query
        )
