"""The observatory over HTTP."""

from __future__ import annotations

from typing import Any

from libs.chassis.web import Blueprint, extension, public, transaction
from services.consultation.observatory import queries
from services.consultation.observatory.schemas import (
    OBSERVATORY,
    OBSERVED_DEFIS,
    DefisQuery,
    NarrowingSchema,
)

blueprint = Blueprint(
    "observatory", __name__, url_prefix="/v1", description="The défis of all territories, counted."
)


@blueprint.get("/observatory")
@public
@blueprint.arguments(NarrowingSchema(), location="query")
@blueprint.response(200, OBSERVATORY)
def show_counts(query: dict[str, Any]) -> Any:
    """Running défis by stage, theme, kind, département and operator, with the time of each operator's last news."""
    with transaction() as session:
        recent = extension("consultation.figures")
        return queries.show_counts(session, **query) | {
            "taking_part": queries.show_taking_part(session, recent)
        }


@blueprint.get("/observatory/defis")
@public
@blueprint.arguments(DefisQuery(), location="query")
@blueprint.response(200, OBSERVED_DEFIS)
def list_defis(query: dict[str, Any]) -> Any:
    """Défis of all operators, those begun last first."""
    with transaction() as session:
        return queries.list_defis(session, **query)
