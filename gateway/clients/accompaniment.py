"""What the pages ask for those who accompany défis. Each raises `ServiceProblem`."""

from __future__ import annotations

from typing import Any

from gateway.clients import identity
from gateway.clients.operators import get
from gateway.services import Json


def operators() -> list[Json]:
    """Every operator with what it serves, by code."""
    found: list[Json] = []
    cursor = None
    while True:
        page = _operators(cursor)
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def worklist(operator: str) -> Json:
    """What the reader is to decide there, and what is left unattended."""
    return get(operator, "/accompaniment/worklist")


def portfolio(operator: str, **filters: Any) -> Json:
    """One page of the running défis that the reader accompanies, the quietest first: by `stage`, `silent`."""
    return get(operator, "/accompaniment/defis", **filters)


def _operators(cursor: str | None) -> Json:
    asked: Json = {"limit": 100} | ({"cursor": cursor} if cursor else {})
    answer: Json = identity.services().call("GET", f"{identity.BASE}/operators", params=asked)
    return answer
