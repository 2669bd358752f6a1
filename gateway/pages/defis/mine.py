"""One's défis, at all the operators that run défis today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request

from gateway.clients import defis, operators
from gateway.pages.support import page, signed_in
from gateway.services import Json, ServiceProblem

blueprint = Blueprint("my_defis", __name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """One's défis at one operator. `defis` is None where it does not answer; `next` is the cursor of what is left."""

    operator: Json
    defis: list[Json] | None
    next: str | None = None


@blueprint.get("/account/defis")
@signed_in
def show() -> Any:
    """The défis in which one has or asked for a part, drafts included. Each operator is asked once."""
    chosen = request.args.get("operator")
    active = [one for one in operators.known() if one["status"] == "active"]
    asked = [one for one in active if chosen in (None, one["code"])]
    cursor = request.args.get("cursor") if chosen else None
    taken = [_taken(one, cursor) for one in asked]
    return page("defis/mine.html", taken=taken, partial=bool(cursor))


def _taken(operator: Json, cursor: str | None) -> Taken:
    try:
        listed = defis.mine(operator["code"], cursor)
    except ServiceProblem as problem:
        if problem.status < 500:
            raise
        return Taken(operator, None)
    return Taken(operator, listed["items"], listed["next"])
