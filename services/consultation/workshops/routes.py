"""Workshops over HTTP. Who coordinates a cause convenes and reports; anyone signed in may come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from libs.chassis.paging import PageQuery
from libs.chassis.web import Blueprint, account, caller_or_none, principal, public, require, transaction
from services.consultation.causes.queries import get_cause
from services.consultation.causes.rules import ADMINISTRATOR, ROLE, check_coordinates
from services.consultation.workshops import commands, queries
from services.consultation.workshops.models import Workshop
from services.consultation.workshops.schemas import (
    WORKSHOP,
    WORKSHOPS,
    CapacitySchema,
    NewWorkshopSchema,
    PlaceSchema,
    ReportSchema,
)

blueprint = Blueprint(
    "workshops", __name__, url_prefix="/v1", description="Where proposals become draft actions."
)


@blueprint.get("/causes/<slug:slug>/workshops")
@public
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, WORKSHOPS)
def list_workshops(query: dict[str, Any], slug: str) -> Any:
    """The workshops of a cause, the latest first."""
    with transaction() as session:
        return queries.list_workshops(session, slug, caller_or_none(), **query)


@blueprint.post("/causes/<slug:slug>/workshops")
@require(ROLE, or_grant=ADMINISTRATOR)
@blueprint.arguments(NewWorkshopSchema())
@blueprint.response(201, WORKSHOP)
def convene(arguments: dict[str, Any], slug: str) -> Any:
    """Convene a workshop on accepted proposals of a cause that the caller coordinates."""
    with transaction() as session:
        cause = get_cause(session, slug)
        check_coordinates(principal(), cause.id)
        made = commands.convene(session, cause.id, **arguments, now=_now())
        return queries.shown(session, [made], principal())[0]


@blueprint.get("/workshops/<uuid:workshop_id>")
@public
@blueprint.response(200, WORKSHOP)
def show_workshop(workshop_id: UUID) -> Any:
    """One workshop."""
    with transaction() as session:
        workshop = queries.get_workshop(session, workshop_id)
        return queries.shown(session, [workshop], caller_or_none())[0]


@blueprint.get("/workshops/<uuid:workshop_id>/place")
@account
@blueprint.response(200, PlaceSchema())
def show_place(workshop_id: UUID) -> Any:
    """The caller's place, or their rank among those who wait."""
    with transaction() as session:
        return queries.show_place(session, workshop_id, principal().subject)


@blueprint.put("/workshops/<uuid:workshop_id>/place")
@account
@blueprint.response(200, PlaceSchema())
def register(workshop_id: UUID) -> Any:
    """Ask for a place; where there is none left, wait for one."""
    with transaction() as session:
        commands.register(session, workshop_id, principal().subject, _now())
        return queries.show_place(session, workshop_id, principal().subject)


@blueprint.delete("/workshops/<uuid:workshop_id>/place")
@account
@blueprint.response(204)
def withdraw(workshop_id: UUID) -> None:
    """Give the place back, to the first who waits."""
    with transaction() as session:
        commands.withdraw(session, workshop_id, principal().subject, _now())


@blueprint.put("/workshops/<uuid:workshop_id>/capacity")
@require(ROLE, or_grant=ADMINISTRATOR)
@blueprint.arguments(CapacitySchema())
@blueprint.response(200, WORKSHOP)
def resize(size: dict[str, Any], workshop_id: UUID) -> Any:
    """Change how many can come; a larger room lets in who waits."""
    return _write(workshop_id, lambda session, workshop: commands.resize(session, workshop, **size))


@blueprint.post("/workshops/<uuid:workshop_id>/cancellation")
@require(ROLE, or_grant=ADMINISTRATOR)
@blueprint.response(200, WORKSHOP)
def cancel(workshop_id: UUID) -> Any:
    """Cancel a workshop."""
    return _write(workshop_id, commands.cancel)


@blueprint.post("/workshops/<uuid:workshop_id>/report")
@require(ROLE, or_grant=ADMINISTRATOR)
@blueprint.arguments(ReportSchema())
@blueprint.response(200, WORKSHOP)
def report(said: dict[str, Any], workshop_id: UUID) -> Any:
    """Say what came out of a workshop: its minutes and its draft actions, public from then on."""
    return _write(
        workshop_id, lambda session, workshop: commands.report(session, workshop, **said, now=_now())
    )


def _write(workshop_id: UUID, command: Callable[[Session, Workshop], None]) -> Any:
    """Run `command` on a workshop of a cause that the caller coordinates, and show what became of it."""
    with transaction() as session:
        workshop = queries.get_workshop(session, workshop_id, lock=True)
        check_coordinates(principal(), workshop.cause_id)
        command(session, workshop)
        return queries.shown(session, [workshop], principal())[0]


def _now() -> datetime:
    return datetime.now(UTC)
