"""Défis over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from libs.chassis.paging import PageQuery
from libs.chassis.web import Blueprint, account, caller_or_none, extension, principal, public, transaction
from services.defis.challenges import commands, queries
from services.defis.challenges.schemas import (
    DEFI,
    DEFIS,
    OWN_DEFIS,
    DecisionSchema,
    DefiFieldsSchema,
    DefisQuery,
    MoveSchema,
)

blueprint = Blueprint("challenges", __name__, url_prefix="/v1", description="Défis, from draft to end.")


@blueprint.get("/defis")
@public
@blueprint.arguments(DefisQuery(), location="query")
@blueprint.response(200, DEFIS)
def list_defis(query: dict[str, Any]) -> Any:
    """Published défis, by place, theme, stage, kind of territory, state or origin."""
    paging = {name: query.pop(name) for name in ("sort", "cursor", "limit")}
    with transaction() as session:
        return queries.list_defis(session, query, **paging)


@blueprint.post("/defis")
@account
@blueprint.arguments(DefiFieldsSchema())
@blueprint.response(201, DEFI)
def create_draft(fields: dict[str, Any]) -> Any:
    """Begin a défi: a draft that only the caller sees."""
    with transaction() as session:
        defi = commands.create_draft(session, principal(), fields, datetime.now(UTC))
        return queries.show_defi(session, defi.id, principal())


@blueprint.get("/defis/<uuid:defi_id>")
@public
@blueprint.response(200, DEFI)
def show(defi_id: UUID) -> Any:
    """One défi; before it is published, to its porteur and to those who decide on it only."""
    with transaction() as session:
        return queries.show_defi(session, defi_id, caller_or_none())


@blueprint.patch("/defis/<uuid:defi_id>")
@account
@blueprint.arguments(DefiFieldsSchema())
@blueprint.response(200, DEFI)
def change(fields: dict[str, Any], defi_id: UUID) -> Any:
    """Change what a défi says: everything of a draft, its words once published."""
    with transaction() as session:
        commands.change(session, defi_id, principal(), fields, datetime.now(UTC))
        return queries.show_defi(session, defi_id, principal())


@blueprint.delete("/defis/<uuid:defi_id>")
@account
@blueprint.response(204)
def delete_draft(defi_id: UUID) -> None:
    """Delete a draft."""
    with transaction() as session:
        commands.delete_draft(session, defi_id, principal())


@blueprint.post("/defis/<uuid:defi_id>/submission")
@account
@blueprint.response(200, DEFI)
def submit(defi_id: UUID) -> Any:
    """Send a draft to the operator."""
    served = extension("defis.settings").territories
    with transaction() as session:
        commands.submit(session, defi_id, principal(), datetime.now(UTC), served)
        return queries.show_defi(session, defi_id, principal())


@blueprint.post("/defis/<uuid:defi_id>/decision")
@account
@blueprint.arguments(DecisionSchema())
@blueprint.response(200, DEFI)
def decide(decision: dict[str, Any], defi_id: UUID) -> Any:
    """Publish a submitted défi or refuse it: its EBV and the operator's staff."""
    with transaction() as session:
        commands.decide(session, defi_id, principal(), now=datetime.now(UTC), **decision)
        return queries.show_defi(session, defi_id, principal())


@blueprint.post("/defis/<uuid:defi_id>/state")
@account
@blueprint.arguments(MoveSchema())
@blueprint.response(200, DEFI)
def move(move: dict[str, Any], defi_id: UUID) -> Any:
    """Pause, resume, complete, abandon or archive a défi."""
    with transaction() as session:
        commands.move(session, defi_id, principal(), now=datetime.now(UTC), **move)
        return queries.show_defi(session, defi_id, principal())


@blueprint.get("/me/defis")
@account
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, OWN_DEFIS)
def list_own(query: dict[str, Any]) -> Any:
    """The défis in which the caller has or asked for a part, drafts included."""
    with transaction() as session:
        return queries.list_own(session, principal(), **query)
