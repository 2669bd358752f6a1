"""What the services in memory have in common: how they refuse, and what they ask of whoever calls."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """What a service in memory answers instead of a result."""

    def __init__(self, status: int, code: str, detail: str, /, **fields: str) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.fields = status, code, detail, fields


class Service:
    """Whoever calls has a token or none, and roles or none."""

    def __init__(self) -> None:
        self.roles: list[dict[str, str]] = []

    def required(self, asked: dict[str, Any]) -> str:
        if not asked["token"]:
            raise Refusal(401, "token.missing", "Il faut être identifié.")
        token: str = asked["token"]
        return token

    def required_role(self) -> None:
        if not self.roles:
            raise Refusal(403, "access.role", "Il faut être modérateur.")
