"""Signing tokens with the key of the moment, which each process holds for a minute."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OKPKey

from libs.chassis.db import Database
from libs.chassis.tokens import ALGORITHM, Grant
from services.identity.keys.commands import KeyRing, ensure_signing_key, unsealed
from services.identity.keys.rules import SIGNER_REFRESH


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who a token will stand for, and where. `subject` is pairwise: each audience knows a person by another id."""

    subject: UUID
    kind: Literal["visitor", "account"]
    audience: str
    grants: Iterable[Grant] = ()


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token and the second it stops working."""

    token: str
    expires_at: datetime


class Signer:
    """Signs tokens. Ask for one inside no transaction: it may need one of its own, for the key."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self._ring = ring
        self._held: tuple[OKPKey, float] | None = None

    def sign(self, bearer: Bearer, lifetime: timedelta) -> SignedToken:
        """A token for `bearer`, good for `lifetime` from now."""
        now = datetime.now(UTC).replace(microsecond=0)
        expires_at = now + lifetime
        key = self._key()
        claims = {
            "iss": self._ring.issuer,
            "aud": bearer.audience,
            "sub": str(bearer.subject),
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
            "kind": bearer.kind,
            "grants": sorted([grant.role, grant.scope] for grant in bearer.grants),
        }
        header = {"alg": ALGORITHM, "typ": "JWT", "kid": key.kid}
        return SignedToken(jwt.encode(header, claims, key, algorithms=[ALGORITHM]), expires_at)

    def check(self) -> None:
        """Raise unless tokens can be signed; `/readyz` asks, so that a wrong secret shows before the first sign-in."""
        self._key()

    def _key(self) -> OKPKey:
        held, now = self._held, time.monotonic()
        if held is not None and now - held[1] < SIGNER_REFRESH.total_seconds():
            return held[0]
        with self._database.transaction() as session:
            row = ensure_signing_key(session, self._ring, datetime.now(UTC))
        # Held only once it is committed: a key that another process cannot see must sign nothing.
        key = unsealed(row, self._ring)
        self._held = key, now
        return key
