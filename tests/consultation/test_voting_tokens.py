"""Whose token counts: one of the trusted issuer, for this service, not expired, signed by a key it publishes."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from libs.chassis.db import Database
from libs.chassis.ids import uuid4
from libs.chassis.keys import KeyStore, save_keys
from libs.chassis.tokens import TokenVerifier
from services.consultation.app import create_app
from services.consultation.consultations.models import Consultation
from services.consultation.settings import ConsultationSettings

ISSUER, OTHER_ISSUER = "https://maillage.example/api/identity", "https://op1.example/api/identity"
PATH = "/api/consultation/v1/consultations/vivre-mieux/consent"
KEY = OKPKey.generate_key("Ed25519", {"kid": "juin"}, private=True)
OTHER_KEY = OKPKey.generate_key("Ed25519", {"kid": "juin"}, private=True)


def signed(key: Any = KEY, algorithm: str = "Ed25519", kid: str = "juin", **changes: Any) -> str:
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": "coalition",
        "sub": str(uuid4()),
        "kind": "visitor",
        "iat": int(time.time()),
        # Some are made when the tests are collected, and used when their turn comes.
        "exp": int(time.time()) + 7200,
    }
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": kid}, claims, key, algorithms=[algorithm])


@pytest.fixture
def client(database: Database) -> FlaskClient:
    """A client of an app that finds public keys in its own database, as it does in production."""
    with database.transaction() as session:
        for issuer, key in ((ISSUER, KEY), (OTHER_ISSUER, OTHER_KEY)):
            save_keys(session, issuer, {"keys": [key.as_dict(private=False)]})
    settings = ConsultationSettings(
        database_url=database.url,
        bus_url="embedded://",
        issuer=ISSUER,
        jwks_url="",
        figures_kept=timedelta(0),
    )
    verifier = TokenVerifier(KeyStore(database), issuers=frozenset({ISSUER}), audience=settings.owner)
    return create_app(settings, database, verifier).test_client()


def consent(client: FlaskClient, token: str) -> Any:
    return client.post(PATH, json={"version": 1}, headers={"Authorization": f"Bearer {token}"})


def test_a_sound_token_counts(client: FlaskClient, consultation: Consultation) -> None:
    assert consent(client, signed()).status_code == 201


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (signed(exp=int(time.time()) - 60), "token.expired"),
        (signed(aud="op1"), "token.audience"),
        (signed(OTHER_KEY), "token.signature"),
        (signed(OTHER_KEY, iss=OTHER_ISSUER), "token.issuer"),
        (signed(kid="mai"), "token.key"),
        (signed(kind="robot"), "token.malformed"),
        (signed(sub="quelqu’un"), "token.malformed"),
        (signed(exp=None), "token.malformed"),
        (signed(OctKey.import_key("s" * 32), "HS256"), "token."),
        (".".join([*signed().split(".")[:2], ""]), "token."),
        ("pas.un.jeton", "token.malformed"),
        ("", "token.malformed"),
    ],
)
def test_any_other_token_is_refused_with_the_reason(
    client: FlaskClient, consultation: Consultation, token: str, code: str
) -> None:
    answer = consent(client, token)
    assert answer.status_code == 401
    assert answer.json["code"].startswith(code)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_bad_token_is_refused_even_where_none_is_needed(
    client: FlaskClient, consultation: Consultation
) -> None:
    headers = {"Authorization": "Bearer pas.un.jeton"}
    assert client.get("/api/consultation/v1/consultations", headers=headers).status_code == 401
