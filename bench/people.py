"""Who takes part in a bench: an issuer of tokens that the served application trusts, and somebody's connection."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OKPKey

from bench.servers import ISSUER
from libs.chassis.db import Database
from libs.chassis.keys import save_keys

_KEPT = 1.0
"""Seconds after which the server may have closed a connection that nothing was asked over; it waits for two."""


class Issuer:
    """Signs tokens that hold an hour. Its key stands in `database` from the start."""

    def __init__(self, database: Database) -> None:
        self._key = OKPKey.generate_key("Ed25519", {"kid": "bench"}, private=True)
        with database.transaction() as session:
            save_keys(session, ISSUER, {"keys": [self._key.as_dict(private=False)]})

    def visitor(self, subject: UUID) -> str:
        """The token of a browser."""
        return self._token(subject, "visitor")

    def account(self, subject: UUID, *roles: str) -> str:
        """The token of somebody signed in, who holds roles over the whole coalition."""
        return self._token(subject, "account", *([role, "coalition"] for role in roles))

    def _token(self, subject: UUID, kind: str, *grants: list[str]) -> str:
        claims: dict[str, Any] = {"iss": ISSUER, "aud": "coalition", "sub": str(subject), "kind": kind}
        claims |= {"grants": list(grants), "exp": int(time.time()) + 3600}
        return jwt.encode({"alg": "Ed25519", "kid": "bench"}, claims, self._key, algorithms=["Ed25519"])


class Caller:
    """One kept-alive connection to the consultation service at `address`."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
        self._used = time.monotonic()

    def ask(self, method: str, path: str, token: str, body: object = None) -> Any:
        """The answer. Raises `ValueError` with what was said on anything but success."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        if time.monotonic() - self._used > _KEPT:
            self._connection.close()  # and opened anew by the request
        self._connection.request(method, f"/api/consultation/v1/{path}", sent, headers)
        response = self._connection.getresponse()
        said = response.read()
        self._used = time.monotonic()
        if response.status >= 400:
            raise ValueError(f"{method} {path}: {response.status} {said.decode()}")
        return json.loads(said) if said else None
