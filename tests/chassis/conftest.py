"""Fixtures for the chassis: two small services and both buses, and a third behind the web edge."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OKPKey

from libs.chassis.app import ServiceApp, create_service_app
from libs.chassis.db import Database
from libs.chassis.keys import KeyStore, save_keys
from libs.chassis.testing.postgres import TestServer
from libs.chassis.tokens import TokenVerifier
from tests.chassis import ledger
from tests.chassis.things import ISSUER, things


@pytest.fixture
def new_database(postgres: TestServer) -> Iterator[Callable[[], str]]:
    """Makes databases that have the tables of the ledger and of the mirror."""
    made: list[str] = []

    def make() -> str:
        made.append(postgres.create_database(postgres.template("ledger", ledger.build)))
        return made[-1]

    yield make
    for url in made:
        postgres.drop_database(url)


@pytest.fixture
def ledger_database(new_database: Callable[[], str]) -> Iterator[Database]:
    database = ledger.ledger(new_database())
    yield database
    database.close()


@pytest.fixture
def mirror_database(new_database: Callable[[], str]) -> Iterator[Database]:
    database = ledger.mirror(new_database())
    yield database
    database.close()


@pytest.fixture(params=["embedded", "rabbitmq"])
def bus_url(request: pytest.FixtureRequest) -> str:
    """The address of a bus with nothing on it, of each kind in turn."""
    return "embedded://" if request.param == "embedded" else str(request.getfixturevalue("broker_url"))


@pytest.fixture
def key() -> OKPKey:
    """The key of the issuer whom the service of things believes."""
    return OKPKey.generate_key("Ed25519", {"kid": "one"})


@pytest.fixture
def client(ledger_database: Database, key: OKPKey) -> FlaskClient:
    """A client of the service of things."""
    with ledger_database.transaction() as session:
        save_keys(session, ISSUER, {"keys": [key.as_dict(private=False)]})
    verifier = TokenVerifier(KeyStore(ledger_database), issuers=frozenset({ISSUER}), audience="coalition")
    service = ServiceApp(
        name="test",
        title="Test",
        owner="coalition",
        database=ledger_database,
        verifier=verifier,
        blueprints=(things,),
        translations=Path(__file__).parent / "translations",
    )
    return create_service_app(service).test_client()


@pytest.fixture
def token(key: OKPKey) -> Callable[..., str]:
    """Makes tokens, sound unless something else is asked of them."""

    def make_token(signed_with: OKPKey = key, kid: str = "one", **claims: Any) -> str:
        full = {
            "iss": ISSUER,
            "aud": "coalition",
            "sub": str(uuid4()),
            "kind": "account",
            "exp": int(time.time()) + 60,
        } | claims
        return jwt.encode({"alg": "Ed25519", "kid": kid}, full, signed_with, algorithms=["Ed25519"])

    return make_token
