"""For which operators somebody accompanies défis, by what was granted to them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.services import Json

_OPERATOR, _TERRITORY = "operator:", "territory:"


def operators_of(grants: Iterable[tuple[str, str]], operators: Sequence[Json]) -> list[Json]:
    """Those of `operators` at which the `(role, scope)` grants mean something, in the same order.

    A territory is that of whoever serves it, the département around it, or a commune within it. One that left has
    nobody to accompany.
    """
    scopes = {scope for _role, scope in grants}
    return [
        operator
        for operator in operators
        if operator["status"] == "active" and any(_reaches(scope, operator) for scope in scopes)
    ]


def _reaches(scope: str, operator: Json) -> bool:
    if scope.startswith(_OPERATOR):
        return scope == f"{_OPERATOR}{operator['code']}"
    code = scope.removeprefix(_TERRITORY)
    return any(_overlap(code, served) for served in operator["territories"])


def _overlap(one: str, other: str) -> bool:
    """Whether one territory is the other or lies within it: a commune's code begins with its département's."""
    return one.startswith(other) or other.startswith(one)
