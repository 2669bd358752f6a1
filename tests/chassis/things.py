"""A small service of things, for the tests of the web edge: it takes them, keeps them from some, and breaks."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from psycopg import OperationalError

from libs.chassis.db import InDoubt
from libs.chassis.errors import Conflict, TooMany
from libs.chassis.paging import PageQuery, decode_cursor
from libs.chassis.schemas import ItemCount, OneOf, Range, Schema, Text
from libs.chassis.web import Blueprint, account, participant, principal, public, require

ISSUER = "https://maillage.example/api/identity"
things = Blueprint("things", __name__, url_prefix="/v1/things")


class ThingSchema(Schema):
    """A thing, with a field of each kind that the edge checks."""

    text = Text(longest=20, shortest=2, required=True)
    choice = ma.fields.String(validate=OneOf(["agree", "disagree"]))
    count = ma.fields.Integer(validate=Range(min=1, max=9))
    notes = ma.fields.List(Text(longest=30, multiline=True), validate=ItemCount(max=2))


@things.post("/<slug:slug>")
@public
@things.arguments(ThingSchema())
@things.response(201, ThingSchema())
def make(data: dict[str, Any], slug: str) -> dict[str, Any]:
    """Make a thing."""
    return data


@things.get("/list")
@public
@things.arguments(PageQuery(), location="query")
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """List things."""
    decode_cursor("things", query["cursor"], int)
    return {}


@things.get("/undeclared")
def undeclared() -> dict[str, Any]:
    """A route whose author forgot to say who may call it."""
    return {}


@things.get("/mine")
@participant
def mine() -> dict[str, str]:
    """Who is calling."""
    return {"subject": str(principal().subject)}


@things.get("/account")
@account
def for_accounts() -> dict[str, Any]:
    """For accounts."""
    return {}


@things.get("/moderated")
@require("moderator")
def moderated() -> dict[str, Any]:
    """For moderators of anything, and then of one cause."""
    principal().require("moderator", "cause:1", "coalition")
    return {}


@things.route("/broken/<kind>", methods=["GET", "POST"])
@public
def broken(kind: str) -> dict[str, Any]:
    """Fail in several ways."""
    raise {
        "bug": ZeroDivisionError("with a secret in it"),
        "database": OperationalError("server closed the connection"),
        "commit": InDoubt("the connection was lost at the commit"),
        "conflict": Conflict("thing.closed", "The thing “{name}” is closed.", name="{a}"),
        "limit": TooMany("limit.reached", "Slowly.", retry_after=7),
    }[kind]


def bearer(token: str) -> dict[str, str]:
    """The headers of who has that token."""
    return {"Authorization": f"Bearer {token}"}


def fields(problem: Any) -> dict[str, str]:
    """What is said of each field."""
    return {error["field"]: error["detail"] for error in problem["errors"]}
