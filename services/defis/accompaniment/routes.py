"""The EBV's desk over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from libs.chassis.web import Blueprint, account, principal, transaction
from services.defis.accompaniment import queries
from services.defis.accompaniment.schemas import PORTFOLIO, PortfolioQuery, WorklistSchema

blueprint = Blueprint(
    "accompaniment", __name__, url_prefix="/v1/accompaniment", description="What waits for EBVs and staff."
)


@blueprint.get("/worklist")
@account
@blueprint.response(200, WorklistSchema())
def show_worklist() -> Any:
    """What the caller is to decide, and what is left unattended, in their territories."""
    with transaction() as session:
        return queries.show_worklist(session, principal(), datetime.now(UTC))


@blueprint.get("/defis")
@account
@blueprint.arguments(PortfolioQuery(), location="query")
@blueprint.response(200, PORTFOLIO)
def list_portfolio(query: dict[str, Any]) -> Any:
    """The running défis that the caller accompanies, the quietest first."""
    with transaction() as session:
        return queries.list_portfolio(session, principal(), now=datetime.now(UTC), **query)
