"""The public keys of the issuers that a service trusts, kept in its own database.

They arrive by event (`identity.keys_rotated`) and, when a token names a key not known yet, by asking the issuer over
HTTP. Once here, tokens are verified with nobody else up.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from threading import Lock
from typing import Any

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from libs.chassis.db import Database
from libs.chassis.errors import Invalid
from libs.chassis.messages import N_
from libs.contracts.identity import KeysRotated

log = structlog.get_logger()

_FRESH_FOR = 60.0
"""Seconds after which the database is read again, so that a withdrawn key stops working within a minute."""
_ASK_AGAIN_AFTER = 15.0
"""Seconds between two questions to an issuer: forged key ids must not make us a load on it."""


class KeyStore:
    """Finds public keys by issuer and `kid`: in memory, else in the database, else at the issuer.

    `addresses` gives the JWKS address of each issuer that may be asked; `client` is how (HTTP, or WSGI embedded).
    """

    def __init__(
        self,
        database: Database,
        addresses: Mapping[str, str] | None = None,
        client: httpx.Client | None = None,
    ) -> None:
        self._database = database
        self._addresses = addresses or {}
        self._client = client
        self._lock = Lock()
        self._keys: dict[tuple[str, str], OKPKey] = {}
        self._read_at = 0.0
        self._asked_at: dict[str, float] = {}

    def get(self, issuer: str, kid: str) -> OKPKey | None:
        """The key, or None when neither the database nor the issuer has it."""
        now = time.monotonic()
        key = self._keys.get((issuer, kid))
        if key is not None and now - self._read_at < _FRESH_FOR:
            return key
        self._read()
        if (issuer, kid) not in self._keys and self._may_ask(issuer, now):
            self._ask(issuer)
            self._read()
        return self._keys.get((issuer, kid))

    def _read(self) -> None:
        with self._database.autocommit() as connection:
            rows = connection.execute("SELECT issuer, kid, jwk FROM verification_key").fetchall()
        self._keys = {(issuer, kid): OKPKey.import_key(jwk) for issuer, kid, jwk in rows}
        self._read_at = time.monotonic()

    def _may_ask(self, issuer: str, now: float) -> bool:
        with self._lock:
            if issuer not in self._addresses or now - self._asked_at.get(issuer, -1e9) < _ASK_AGAIN_AFTER:
                return False
            self._asked_at[issuer] = now
            return True

    def _ask(self, issuer: str) -> None:
        if self._client is None:
            return
        try:
            answer = self._client.get(self._addresses[issuer], timeout=3)
            answer.raise_for_status()
            with self._database.transaction() as session:
                save_keys(session, issuer, answer.json())
        except (httpx.HTTPError, ValueError, Invalid, SQLAlchemyError) as error:
            log.warning("issuer's keys not fetched", issuer=issuer, error=type(error).__name__)


def save_keys(session: Session, issuer: str, jwks: Mapping[str, Any]) -> None:
    """Make `jwks` the whole set of keys of `issuer`. Raises `Invalid` on what is no JWK set of Ed25519 keys."""
    try:
        keys = [OKPKey.import_key(jwk) for jwk in jwks["keys"]]
    except (JoseError, LookupError, TypeError, ValueError) as error:
        raise Invalid("jwks.malformed", N_("This is not a set of Ed25519 public keys.")) from error
    session.execute(text("DELETE FROM verification_key WHERE issuer = :issuer"), {"issuer": issuer})
    for key in keys:
        session.execute(
            text(
                "INSERT INTO verification_key (issuer, kid, jwk) VALUES (:issuer, :kid, :jwk)"
                " ON CONFLICT (issuer, kid) DO UPDATE SET jwk = excluded.jwk"
            ),
            {"issuer": issuer, "kid": key.kid, "jwk": json.dumps(key.as_dict(private=False))},
        )


def keep_keys(session: Session, event: KeysRotated) -> None:
    """Consumer of `identity.keys_rotated`: the issuer's set replaces the one held."""
    save_keys(session, event.issuer, event.jwks)
