"""Who is asking: signed tokens, verified without calling anyone.

A token is a JWT signed with Ed25519 by an issuer whose public keys this service holds (`keys.py`). It is bound to an
audience, the owner of the service, so a token of one operator is worth nothing at another.
"""

from __future__ import annotations

import base64
import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal, NamedTuple, Protocol
from uuid import UUID

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import OKPKey

from libs.chassis.errors import Forbidden, Unauthenticated
from libs.chassis.messages import N_

ALGORITHM = "Ed25519"
_CLOCK_SKEW = 5


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held within a scope, e.g. `moderator` within `cause:0190…`."""

    role: str
    scope: str


@dataclass(frozen=True, slots=True)
class Principal:
    """The bearer of a token. `subject` is pairwise: another owner knows the same person by another id."""

    subject: UUID
    kind: Literal["visitor", "account"]
    grants: frozenset[Grant]

    def has(self, role: str, *scopes: str) -> bool:
        """Whether the role is held within one of `scopes`, or anywhere when none is named."""
        return any(grant.role == role and (not scopes or grant.scope in scopes) for grant in self.grants)

    def require(self, role: str, *scopes: str) -> None:
        """Raise `Forbidden` unless the role is held within one of `scopes` (anywhere when none is named)."""
        if not self.has(role, *scopes):
            raise Forbidden("access.role", N_("This needs the role “{role}” here."), role=role)


class Keys(Protocol):
    """Where a verifier finds public keys."""

    def get(self, issuer: str, kid: str) -> OKPKey | None:
        """The key, or None when the issuer does not publish it."""


class _Verified(NamedTuple):
    """What a sound token said, and which key said so."""

    principal: Principal
    expires_at: float
    issuer: str
    kid: str


class TokenVerifier:
    """Turns a token into a `Principal`, or raises `Unauthenticated` with the reason.

    `issuers` are the only ones trusted; `audience` is the owner of this service. Verified tokens are remembered
    until they expire, because a signature costs more than the rest of a vote; their key is still looked for each
    time, so that a withdrawn one stops working.
    """

    def __init__(self, keys: Keys, *, issuers: frozenset[str], audience: str, remember: int = 20_000) -> None:
        self._keys = keys
        self._issuers = issuers
        self._audience = audience
        self._remembered: OrderedDict[str, _Verified] = OrderedDict()
        self._room = remember
        self._lock = Lock()

    def verify(self, token: str) -> Principal:
        """The bearer of `token`. Raises `Unauthenticated`: malformed, expired, forged, wrong issuer or audience."""
        known = self.recall(token)
        if known is not None:
            return known
        verified = self._verify(token)
        self._remember(token, verified)
        return verified.principal

    def recall(self, token: str) -> Principal | None:
        """The bearer of a `token` that was verified before and holds still; None says nothing of any other."""
        known = self._remembered.get(token)
        if known and known.expires_at > time.time() and self._keys.get(known.issuer, known.kid) is not None:
            return known.principal
        return None

    def _verify(self, token: str) -> _Verified:
        header, unverified = _peek(token)
        issuer, kid = str(unverified.get("iss", "")), str(header.get("kid", ""))
        if issuer not in self._issuers:
            raise _refuse("issuer", N_("This token comes from an issuer that is not known here."))
        key = self._keys.get(issuer, kid)
        if key is None:
            raise _refuse("key", N_("This token is signed with a key that its issuer does not publish."))
        try:
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        except BadSignatureError as error:
            raise _refuse("signature", N_("This token's signature is false.")) from error
        except (JoseError, ValueError) as error:
            raise _malformed() from error
        self._check_claims(claims)
        return _Verified(_principal(claims), float(claims["exp"]), issuer, kid)

    def _check_claims(self, claims: Mapping[str, Any]) -> None:
        if claims.get("aud") != self._audience:
            raise _refuse("audience", N_("This token was made for another service."))
        if not isinstance(claims.get("exp"), int | float):
            raise _malformed()
        if claims["exp"] <= time.time() - _CLOCK_SKEW:
            raise _refuse("expired", N_("This token has expired."))

    def _remember(self, token: str, verified: _Verified) -> None:
        with self._lock:
            self._remembered[token] = verified
            while len(self._remembered) > self._room:
                self._remembered.popitem(last=False)


def _peek(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and claims as the token states them, to find which key must have signed it."""
    try:
        header, claims, _signature = token.split(".")
        read = [
            json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (header, claims)
        ]
    except (ValueError, RecursionError) as error:
        raise _malformed() from error
    if not all(isinstance(part, dict) for part in read):
        raise _malformed()
    return read[0], read[1]


def _principal(claims: Mapping[str, Any]) -> Principal:
    try:
        if claims["kind"] not in ("visitor", "account"):
            raise _malformed()
        grants = frozenset(Grant(str(role), str(scope)) for role, scope in claims.get("grants", []))
        return Principal(UUID(claims["sub"]), claims["kind"], grants)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise _malformed() from error


def _refuse(reason: str, message: str) -> Unauthenticated:
    return Unauthenticated(f"token.{reason}", message)


def _malformed() -> Unauthenticated:
    return _refuse("malformed", N_("This token cannot be read."))
