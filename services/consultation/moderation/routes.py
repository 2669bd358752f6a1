"""Moderation over HTTP. Every route asks for the role anywhere; the consultation at hand decides the scope."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response

from libs.chassis.paging import PageQuery
from libs.chassis.web import Blueprint, principal, require, transaction
from services.consultation.moderation import commands, queries
from services.consultation.moderation.rules import ROLE
from services.consultation.moderation.schemas import DecisionSchema, QueueSchema, TakenSchema
from services.consultation.proposals.queries import find_similar, shown
from services.consultation.proposals.schemas import PROPOSAL

blueprint = Blueprint("moderation", __name__, url_prefix="/v1", description="Deciding on proposals.")


@blueprint.get("/consultations/<slug:slug>/moderation")
@require(ROLE)
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, QueueSchema())
def show_queue(query: dict[str, Any], slug: str) -> Any:
    """What waits and what was postponed."""
    with transaction() as session:
        consultation = queries.moderated_consultation(session, slug, principal())
        return queries.show_queue(session, consultation, **query)


@blueprint.post("/consultations/<slug:slug>/moderation/next")
@require(ROLE)
@blueprint.response(200, TakenSchema())
@blueprint.alt_response(204, description="Nothing waits for this moderator.")
def take_next(slug: str) -> Any:
    """Take the oldest proposal that waits, for fifteen minutes; asked again, the same one."""
    with transaction() as session:
        consultation = queries.moderated_consultation(session, slug, principal())
        proposal = commands.take_next(session, consultation, principal().subject, datetime.now(UTC))
        if proposal is None:
            return Response(status=204)
        return {
            "proposal": shown(session, [proposal], slug)[0],
            "locked_until": proposal.locked_until,
            "similar": find_similar(session, consultation, proposal.text, proposal.language),
            "pending": queries.count_undecided(session, consultation.id)["pending"],
        }


@blueprint.post("/proposals/<uuid:proposal_id>/decision")
@require(ROLE)
@blueprint.arguments(DecisionSchema())
@blueprint.response(200, PROPOSAL)
def decide(decision: dict[str, Any], proposal_id: UUID) -> Any:
    """Accept, refuse with a reason, or postpone."""
    with transaction() as session:
        now = datetime.now(UTC)
        proposal, slug = commands.decide(session, proposal_id, principal(), now=now, **decision)
        return shown(session, [proposal], slug)[0]
