"""Debates over HTTP. A debate is a meeting of kind `debate`; its report is that meeting's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from libs.chassis.web import Blueprint, account, caller_or_none, principal, public, transaction
from services.defis.debates import commands, queries
from services.defis.debates.schemas import ARGUMENT, ARGUMENTS, ArgumentsQuery, NewArgumentSchema

blueprint = Blueprint("debates", __name__, url_prefix="/v1/defis", description="Arguments for and against.")

_ARGUMENTS = "/<uuid:defi_id>/meetings/<uuid:meeting_id>/arguments"


@blueprint.get(_ARGUMENTS)
@public
@blueprint.arguments(ArgumentsQuery(), location="query")
@blueprint.response(200, ARGUMENTS)
def list_arguments(query: dict[str, Any], defi_id: UUID, meeting_id: UUID) -> Any:
    """A debate's arguments, oldest first."""
    with transaction() as session:
        return queries.list_arguments(session, defi_id, meeting_id, caller_or_none(), **query)


@blueprint.post(_ARGUMENTS)
@account
@blueprint.arguments(NewArgumentSchema())
@blueprint.response(201, ARGUMENT)
def argue(new: dict[str, Any], defi_id: UUID, meeting_id: UUID) -> Any:
    """Give an argument, until the debate is reported."""
    with transaction() as session:
        argument = commands.argue(session, defi_id, meeting_id, principal(), now=datetime.now(UTC), **new)
        return queries.shown(argument, principal())


@blueprint.delete(f"{_ARGUMENTS}/<uuid:argument_id>")
@account
@blueprint.response(204)
def remove(defi_id: UUID, meeting_id: UUID, argument_id: UUID) -> None:
    """Remove an argument: one's own, or as the core group or the EBV."""
    with transaction() as session:
        commands.remove(session, defi_id, meeting_id, argument_id, principal(), datetime.now(UTC))
