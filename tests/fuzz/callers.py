"""Who calls the services in these tests, with tokens signed here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OKPKey

from libs.chassis.tokens import TokenVerifier

ISSUER = "https://maillage.example/api/identity"
Grants = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Caller:
    """Somebody by name, as an owner knows them; `kind` is empty for nobody."""

    name: str
    kind: str = ""
    subject: UUID = UUID(int=0)
    grants: Grants = ()

    def __repr__(self) -> str:
        return self.name


NOBODY = Caller("nobody")


class Issuer:
    """Signs what callers send."""

    def __init__(self) -> None:
        self._key = OKPKey.generate_key("Ed25519", {"kid": "fuzz"}, private=True)

    def verifier(self, audience: str) -> TokenVerifier:
        """What an app of that owner takes for true."""
        return TokenVerifier(self, issuers=frozenset({ISSUER}), audience=audience)

    def get(self, issuer: str, kid: str) -> OKPKey | None:
        """The public key, as `TokenVerifier` looks it up."""
        return self._key if (issuer, kid) == (ISSUER, "fuzz") else None

    def headers(self, caller: Caller, audience: str) -> Mapping[str, str]:
        """What a request of the caller says of who sends it."""
        if caller is NOBODY:
            return {}
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "sub": str(caller.subject),
            "kind": caller.kind,
            "grants": [list(grant) for grant in caller.grants],
            "iat": now,
            "exp": now + 3600,
        }
        token = jwt.encode({"alg": "Ed25519", "kid": "fuzz"}, claims, self._key, algorithms=["Ed25519"])
        return {"Authorization": f"Bearer {token}"}
