"""The overview over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from libs.chassis.web import Blueprint, caller_or_none, extension, public, transaction
from services.defis.overview import queries
from services.defis.overview.schemas import OverviewSchema

blueprint = Blueprint(
    "overview", __name__, url_prefix="/v1/defis", description="All that the page of a défi shows, at once."
)


@blueprint.get("/<uuid:defi_id>/overview")
@public
@blueprint.response(200, OverviewSchema())
def show_overview(defi_id: UUID) -> Any:
    """A défi, what its next stage takes, its latest meetings, and what happened last."""
    needed = extension("defis.settings").committed_people
    with transaction() as session:
        return queries.show_overview(session, defi_id, caller_or_none(), needed)
