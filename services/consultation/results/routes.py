"""Results over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from libs.chassis.paging import PageQuery
from libs.chassis.web import Blueprint, account, caller_or_none, extension, principal, public, transaction
from services.consultation.results import commands, queries, versions
from services.consultation.results.schemas import (
    RESULTS,
    SCORED_PROPOSALS,
    VERSIONS,
    FrozenPageSchema,
    NewVersionSchema,
    ScoredQuery,
    VersionFiguresSchema,
)

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


@blueprint.get("/consultations/<slug:slug>/results/versions")
@public
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, VERSIONS)
def list_versions(query: dict[str, Any], slug: str) -> Any:
    """The published versions, the newest first; those under embargo only for who publishes them."""
    with transaction() as session:
        return versions.list_versions(session, slug, caller_or_none(), datetime.now(UTC), **query)


@blueprint.post("/consultations/<slug:slug>/results/versions")
@account
@blueprint.arguments(NewVersionSchema())
@blueprint.response(201, VersionFiguresSchema())
def publish(new: dict[str, Any], slug: str) -> Any:
    """Publish the figures of this moment as a version that never changes."""
    now = datetime.now(UTC)
    with transaction() as session:
        made = commands.publish(session, slug, principal(), **new, now=now)
        return versions.show_version(session, slug, made.number, principal(), now)


@blueprint.get("/consultations/<slug:slug>/results/versions/<int(max=2147483647):number>")
@public
@blueprint.response(200, VersionFiguresSchema())
def show_version(slug: str, number: int) -> Any:
    """One version, with the figures as they were frozen."""
    with transaction() as session:
        return versions.show_version(session, slug, number, caller_or_none(), datetime.now(UTC))


@blueprint.get("/consultations/<slug:slug>/results/versions/<int(max=2147483647):number>/proposals")
@public
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, FrozenPageSchema())
def list_frozen(query: dict[str, Any], slug: str, number: int) -> Any:
    """All proposals of a version with their scores, the best first."""
    with transaction() as session:
        return versions.list_frozen(session, slug, number, caller_or_none(), datetime.now(UTC), **query)
