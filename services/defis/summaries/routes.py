"""Summaries over HTTP."""

from __future__ import annotations

from typing import Any

from libs.chassis.web import Blueprint, public, transaction
from services.defis.summaries import queries
from services.defis.summaries.schemas import SummarySchema

blueprint = Blueprint(
    "summaries", __name__, url_prefix="/v1", description="Figures of this operator's défis."
)


@blueprint.get("/summary")
@public
@blueprint.response(200, SummarySchema())
def summarise() -> Any:
    """How many défis there are, by state, stage, kind of territory, département and theme."""
    with transaction() as session:
        return queries.summarise(session)
