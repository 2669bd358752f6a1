"""Communes over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from libs.chassis.web import Blueprint, extension, public, transaction
from services.consultation.communes import queries
from services.consultation.communes.schemas import COMMUNE

blueprint = Blueprint(
    "communes", __name__, url_prefix="/v1/communes", description="What happens around a commune."
)


@blueprint.get("/<string(length=5):commune>")
@public
@blueprint.response(200, COMMUNE)
def show(commune: str) -> Any:
    """Who acts in and near a commune, by its INSEE code, and what the country asked for last."""
    with transaction() as session:
        return queries.show_commune(session, commune, extension("consultation.figures"), datetime.now(UTC))
