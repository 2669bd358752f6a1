"""What the whole is for: another service, with a database of its own, verifies the tokens made here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from libs.chassis.db import Database
from libs.chassis.errors import Unauthenticated
from libs.chassis.keys import KeyStore, keep_keys
from libs.chassis.tokens import Grant, TokenVerifier
from libs.contracts.identity import KeysRotated
from services.identity.keys import signer
from tests.identity.conftest import ISSUER, Identity


class Unreachable(httpx.BaseTransport):
    """The issuer is down."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down", request=request)


@pytest.fixture
def elsewhere(postgres, migrated) -> Iterator[Database]:
    """The database of another service; it has the chassis' tables, as every service's has."""
    with postgres.database(migrated) as url:
        database = Database(url, service="elsewhere", owner="coalition")
        yield database
        database.close()


def verifier(
    database: Database, transport: httpx.BaseTransport, audience: str = "coalition"
) -> TokenVerifier:
    addresses = {ISSUER: f"{ISSUER}/.well-known/jwks.json"}
    store = KeyStore(database, addresses, httpx.Client(transport=transport))
    return TokenVerifier(store, issuers=frozenset({ISSUER}), audience=audience)


def told(identity: Identity, database: Database) -> None:
    """Deliver the last `keys_rotated`."""
    with database.transaction() as session:
        keep_keys(session, KeysRotated.load(identity.events("keys_rotated")[-1]))


def test_a_service_that_never_heard_of_the_key_asks_for_it_over_http(identity, elsewhere):
    token = identity.call("POST", "/v1/visitors").json["token"]
    assert verifier(elsewhere, httpx.WSGITransport(app=identity.app)).verify(token).kind == "visitor"
    assert (
        verifier(elsewhere, Unreachable()).verify(token).kind == "visitor"
    )  # kept, for when identity is down


def test_a_service_that_heard_of_the_key_by_event_asks_nobody(identity, elsewhere):
    token = identity.member("ana@exemple.fr", ("moderator", "coalition"))[0]
    told(identity, elsewhere)
    bearer = verifier(elsewhere, Unreachable()).verify(token)
    assert bearer.grants == {Grant("moderator", "coalition")}


def test_a_key_announced_by_event_is_known_before_it_signs(identity, elsewhere, monkeypatch):
    identity.call("POST", "/v1/visitors")
    identity.run_job("rotate-keys", datetime.now(UTC) + timedelta(days=89.1))
    told(identity, elsewhere)
    identity.run_job("rotate-keys", datetime.now(UTC) + timedelta(days=90.2))
    monkeypatch.setattr(signer, "SIGNER_REFRESH", timedelta(0))
    token = identity.call("POST", "/v1/visitors").json["token"]
    assert verifier(elsewhere, Unreachable()).verify(token).kind == "visitor"


def test_the_service_of_an_operator_accepts_only_tokens_made_for_it(identity, elsewhere, two_operators):
    session = identity.sign_in("ana@exemple.fr")["session"]
    tokens = {
        audience: identity.redeem(grant_type="session", session=session, audience=audience).json[
            "access_token"
        ]
        for audience in ("coalition", "op1", "op2")
    }
    told(identity, elsewhere)
    op1 = verifier(elsewhere, Unreachable(), audience="op1")
    assert op1.verify(tokens["op1"]).kind == "account"
    for other in ("coalition", "op2"):
        with pytest.raises(Unauthenticated) as refusal:
            op1.verify(tokens[other])
        assert refusal.value.code == "token.audience"


def test_without_the_issuer_and_without_the_event_nothing_is_believed(identity, elsewhere):
    token = identity.call("POST", "/v1/visitors").json["token"]
    with pytest.raises(Unauthenticated) as refusal:
        verifier(elsewhere, Unreachable()).verify(token)
    assert refusal.value.code == "token.key"
