"""The operators, which anyone may list, and ask which one serves a commune."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from libs.chassis.paging import Page, page_schema
from libs.chassis.web import Blueprint, public, require, transaction
from services.identity.operators import commands, queries
from services.identity.operators.models import Operator
from services.identity.operators.schemas import (
    NewOperatorSchema,
    OperatorChangeSchema,
    OperatorSchema,
    OperatorsQuery,
)

operators = Blueprint("operators", __name__, url_prefix="/v1/operators", description="Territory operators")


@operators.get("")
@public
@operators.arguments(OperatorsQuery(), location="query")
@operators.response(200, page_schema(OperatorSchema()))
def list_operators(query: dict[str, Any]) -> Page[Operator]:
    """Every operator, by code; or the one that serves a commune."""
    with transaction() as session:
        return queries.list_operators(session, **query)


@operators.post("")
@require("administrator", "coalition")
@operators.arguments(NewOperatorSchema())
@operators.response(201, OperatorSchema())
def add_operator(asked: dict[str, Any]) -> Operator:
    """Add an operator."""
    with transaction() as session:
        return commands.add_operator(session, **asked, now=datetime.now(UTC))


@operators.get("/<slug:code>")
@public
@operators.response(200, OperatorSchema())
def show_operator(code: str) -> Operator:
    """One operator."""
    with transaction() as session:
        return queries.get_operator(session, code)


@operators.patch("/<slug:code>")
@require("administrator", "coalition")
@operators.arguments(OperatorChangeSchema())
@operators.response(200, OperatorSchema())
def change_operator(changes: dict[str, Any], code: str) -> Operator:
    """Note that an operator has started, or has left; say what it serves."""
    with transaction() as session:
        operator = queries.get_operator(session, code)
        return commands.change_operator(session, operator, changes)
