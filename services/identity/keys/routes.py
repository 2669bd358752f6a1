"""Where the world finds the keys, and what else it must know to trust this issuer."""

from __future__ import annotations

from flask import Response

from libs.chassis.tokens import ALGORITHM
from libs.chassis.web import Blueprint, extension, public, transaction
from services.identity.base import Document
from services.identity.keys import queries
from services.identity.keys.schemas import JwksSchema, ProviderSchema
from services.identity.sessions.rules import GRANT_TYPES

well_known = Blueprint("keys", __name__, url_prefix="/.well-known", description="Keys and discovery")

_KEPT_FOR_S = 300
"""How long a cache may keep these answers: far less than a key is announced for."""


@well_known.get("/jwks.json")
@public
@well_known.response(200, JwksSchema())
def jwks() -> Document:
    """The public keys: announced, signing and retired."""
    with transaction() as session:
        return queries.jwks(session)


@well_known.get("/openid-configuration")
@public
@well_known.response(200, ProviderSchema())
def provider() -> Document:
    """OpenID Connect discovery."""
    issuer = extension("identity.settings").issuer
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "token_endpoint": f"{issuer}/v1/token",
        "grant_types_supported": list(GRANT_TYPES),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "response_types_supported": [],
    }


@well_known.after_request
def _let_caches_keep(response: Response) -> Response:
    if response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={_KEPT_FOR_S}"
    return response
