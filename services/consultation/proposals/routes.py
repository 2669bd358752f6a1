"""Proposals over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from libs.chassis.paging import PageQuery
from libs.chassis.web import Blueprint, account, caller_or_none, principal, public, transaction
from services.consultation.consultations.queries import get_consultation
from services.consultation.proposals import commands, queries
from services.consultation.proposals.schemas import (
    PROPOSAL,
    PROPOSALS,
    NamedQuery,
    NamedSchema,
    NewProposalSchema,
    SimilarQuery,
    SimilarSchema,
)

blueprint = Blueprint("proposals", __name__, url_prefix="/v1", description="What people propose.")


@blueprint.get("/consultations/<slug:slug>/proposals")
@public
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, PROPOSALS)
def list_accepted(query: dict[str, Any], slug: str) -> Any:
    """The accepted proposals, oldest first."""
    with transaction() as session:
        return queries.list_accepted(session, slug, **query)


@blueprint.post("/consultations/<slug:slug>/proposals")
@account
@blueprint.arguments(NewProposalSchema())
@blueprint.response(201, PROPOSAL)
def submit(proposal: dict[str, Any], slug: str) -> Any:
    """Make a proposal; a moderator will read it."""
    with transaction() as session:
        consultation = get_consultation(session, slug)
        author, now = principal().subject, datetime.now(UTC)
        made = commands.submit(session, consultation, author=author, now=now, **proposal)
        return queries.shown(session, [made], slug)[0]


@blueprint.get("/consultations/<slug:slug>/proposals/similar")
@public
@blueprint.arguments(SimilarQuery(), location="query")
@blueprint.response(200, SimilarSchema())
def find_similar(query: dict[str, Any], slug: str) -> Any:
    """Accepted proposals that say nearly the same as a text, to vote for one instead of repeating it."""
    with transaction() as session:
        consultation = get_consultation(session, slug)
        language = query["language"] or consultation.languages[0]
        return {"items": queries.find_similar(session, consultation, query["text"], language)}


@blueprint.get("/proposals")
@public
@blueprint.arguments(NamedQuery(), location="query")
@blueprint.response(200, NamedSchema())
def show_named(query: dict[str, Any]) -> Any:
    """Several proposals at once, by their ids; those not public only to their author and to moderators."""
    with transaction() as session:
        return {"items": queries.show_named(session, query["ids"], caller_or_none())}


@blueprint.get("/proposals/<uuid:proposal_id>")
@public
@blueprint.response(200, PROPOSAL)
def show(proposal_id: UUID) -> Any:
    """One proposal; those not public only to their author and to moderators."""
    with transaction() as session:
        return queries.show_proposal(session, proposal_id, caller_or_none())


@blueprint.get("/me/proposals")
@account
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, PROPOSALS)
def list_own(query: dict[str, Any]) -> Any:
    """What the caller proposed, newest first, with what became of it."""
    with transaction() as session:
        return queries.list_own(session, principal().subject, **query)
