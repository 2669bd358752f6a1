"""Consultations over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from libs.chassis.paging import Page
from libs.chassis.web import Blueprint, extension, principal, public, require, transaction
from services.consultation.causes.queries import get_cause
from services.consultation.causes.rules import ADMINISTRATOR, ROLE, check_coordinates
from services.consultation.consultations import commands, queries
from services.consultation.consultations.schemas import (
    CONSULTATION,
    CONSULTATIONS,
    GOVERNANCE,
    ConsultationsQuery,
    NewConsultationSchema,
)

blueprint = Blueprint("consultations", __name__, url_prefix="/v1", description="Questions put to everyone.")


@blueprint.get("/consultations")
@public
@blueprint.arguments(ConsultationsQuery(), location="query")
@blueprint.response(200, CONSULTATIONS)
def list_consultations(query: dict[str, Any]) -> Any:
    """All consultations, or those of one cause; those that open last first."""
    now, recent = datetime.now(UTC), extension("consultation.figures")
    with transaction() as session:
        found = queries.list_consultations(session, **query)
        return Page([queries.show(session, row, recent, now) for row in found.items], found.next)


@blueprint.post("/consultations")
@require(ROLE, or_grant=ADMINISTRATOR)
@blueprint.arguments(NewConsultationSchema())
@blueprint.response(201, CONSULTATION)
def create_consultation(new: tuple[str, commands.NewConsultation]) -> Any:
    """Prepare a consultation of a cause that the caller coordinates."""
    cause_slug, consultation = new
    now = datetime.now(UTC)
    with transaction() as session:
        cause = get_cause(session, cause_slug)
        check_coordinates(principal(), cause.id)
        made = commands.create_consultation(session, cause, consultation, now)
        return queries.show(session, made, extension("consultation.figures"), now)


@blueprint.get("/consultations/<slug:slug>")
@public
@blueprint.response(200, CONSULTATION)
def show_consultation(slug: str) -> Any:
    """One consultation."""
    with transaction() as session:
        consultation = queries.get_consultation(session, slug)
        return queries.show(session, consultation, extension("consultation.figures"), datetime.now(UTC))


@blueprint.get("/consultations/<slug:slug>/governance")
@require(ROLE, or_grant=ADMINISTRATOR)
@blueprint.response(200, GOVERNANCE)
def show_governance(slug: str) -> Any:
    """Who answers for the data of a consultation, and until when it is kept; for who coordinates its cause."""
    with transaction() as session:
        consultation = queries.get_consultation(session, slug)
        if consultation.cause_id is not None:
            check_coordinates(principal(), consultation.cause_id)
        return {"governance": consultation.governance}
