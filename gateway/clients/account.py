"""What the pages of an account ask: of identity, and of everybody who holds something of the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote

from gateway.clients import operators
from gateway.clients.identity import BASE, current_token, services
from gateway.services import Json, ServiceProblem

OF_THE_COALITION: Final = ("consultation", "notifications")


@dataclass(frozen=True, slots=True)
class Holding:
    """What one service of one owner holds of the reader; `held` is None where it does not answer for now."""

    owner: str
    service: str
    held: Json | None


def me() -> Json:
    """The account: `{display_name, email, language, roles}`."""
    return cast(Json, _call("GET", f"{BASE}/me"))


def rename(display_name: str) -> Json:
    """Change the name that others see; an empty one is none."""
    return cast(Json, _call("PATCH", f"{BASE}/me", json={"display_name": display_name or None}))


def everything_held() -> list[Holding]:
    """What each service holds of the reader: identity, the coalition's others, then the operators that know them.

    Raises `ServiceProblem` when identity does not answer: it alone knows who else to ask.
    """
    identity = _call("GET", f"{BASE}/me/held")
    known_by = sorted({known["owner"] for known in identity["known_by"]} - {"coalition"})
    return [
        Holding("coalition", "identity", identity),
        *(Holding("coalition", name, _held(name)) for name in OF_THE_COALITION),
        *(Holding(operator, "defis", _held_by(operator)) for operator in known_by),
    ]


def erase(email: str) -> Json:
    """Ask for the erasure of the account, its address typed again; the answer has the `receipt`."""
    return cast(Json, _call("POST", f"{BASE}/me/erasure", json={"email": email}))


def erasure(receipt: str) -> Json:
    """How far an erasure has come: which services declared it."""
    return cast(Json, services().call("GET", f"{BASE}/erasures/{quote(receipt, safe='')}"))


def _held(service: str) -> Json | None:
    try:
        return cast(Json, _call("GET", f"/api/{service}/v1/me/held"))
    except ServiceProblem as problem:
        if problem.status < 500:
            raise
        return None


def _held_by(operator: str) -> Json | None:
    try:
        return operators.get(operator, "/me/held")
    except ServiceProblem:
        return None  # One that has left, or does not answer: the page says so, and shows the others.


def _call(method: str, path: str, json: Json | None = None) -> Any:
    return services().call(method, path, token=current_token(), json=json)
