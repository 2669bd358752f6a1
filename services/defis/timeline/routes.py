"""The timeline over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from libs.chassis.paging import PageQuery
from libs.chassis.web import Blueprint, caller_or_none, public, transaction
from services.defis.timeline import queries
from services.defis.timeline.schemas import ENTRIES

blueprint = Blueprint("timeline", __name__, url_prefix="/v1/defis", description="What happened in a défi.")


@blueprint.get("/<uuid:defi_id>/timeline")
@public
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, ENTRIES)
def list_entries(query: dict[str, Any], defi_id: UUID) -> Any:
    """What happened, newest first: all of it to its group and the operator, what is public to everybody."""
    with transaction() as session:
        return queries.list_entries(session, defi_id, caller_or_none(), **query)
