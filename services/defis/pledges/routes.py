"""Pledges over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from libs.chassis.web import Blueprint, account, principal, transaction
from services.defis.pledges import commands, queries
from services.defis.pledges.rules import Decision
from services.defis.pledges.schemas import (
    PLEDGE,
    PLEDGES,
    NewPledgeSchema,
    PledgeDecisionSchema,
    PledgesQuery,
)

blueprint = Blueprint("pledges", __name__, url_prefix="/v1/defis", description="What people give.")


@blueprint.get("/<uuid:defi_id>/pledges")
@account
@blueprint.arguments(PledgesQuery(), location="query")
@blueprint.response(200, PLEDGES)
def list_pledges(query: dict[str, Any], defi_id: UUID) -> Any:
    """All pledges to the core group and the operator's people; to anybody else their own."""
    with transaction() as session:
        return queries.list_pledges(session, defi_id, principal(), **query)


@blueprint.post("/<uuid:defi_id>/pledges")
@account
@blueprint.arguments(NewPledgeSchema())
@blueprint.response(201, PLEDGE)
def offer(fields: dict[str, Any], defi_id: UUID) -> Any:
    """Offer time, a skill, material, a place or money."""
    with transaction() as session:
        pledge = commands.offer(session, defi_id, principal(), fields, datetime.now(UTC))
        return queries.show_pledge(session, pledge, principal())


@blueprint.post("/<uuid:defi_id>/pledges/<uuid:pledge_id>/decision")
@account
@blueprint.arguments(PledgeDecisionSchema())
@blueprint.response(200, PLEDGE)
def decide(decision: Decision, defi_id: UUID, pledge_id: UUID) -> Any:
    """Accept, fulfil or let lapse, as the core group; withdraw, as the giver."""
    with transaction() as session:
        pledge = commands.decide(session, defi_id, pledge_id, principal(), decision, datetime.now(UTC))
        return queries.show_pledge(session, pledge, principal())
