"""Who is let in at the web edge of every service: what a token proves, and what a route declares."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import OKPKey

from libs.chassis.db import Database
from libs.chassis.keys import save_keys
from tests.chassis.things import ISSUER, bearer


def test_a_route_that_declares_no_access_is_closed(client: FlaskClient, token: Callable[..., str]) -> None:
    for headers in ({}, bearer(token(grants=[["administrator", "coalition"]]))):
        answer = client.get("/api/test/v1/things/undeclared", headers=headers)
        assert (answer.status_code, answer.json["code"]) == (403, "access.undeclared")


def test_a_sound_token_is_taken_again_and_again(client: FlaskClient, token: Callable[..., str]) -> None:
    subject = str(uuid4())
    headers = bearer(token(sub=subject, kind="visitor"))
    for _ in range(2):
        assert client.get("/api/test/v1/things/mine", headers=headers).json == {"subject": subject}


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": int(time.time()) - 60}, "token.expired"),
        ({"exp": None}, "token.malformed"),
        ({"iss": "https://elsewhere.example"}, "token.issuer"),
        ({"aud": "op1"}, "token.audience"),
        ({"kid": "two"}, "token.key"),
        ({"signed_with": OKPKey.generate_key("Ed25519", {"kid": "one"})}, "token.signature"),
        ({"kind": "robot"}, "token.malformed"),
        ({"sub": "me"}, "token.malformed"),
        ({"grants": [["moderator"]]}, "token.malformed"),
    ],
)
def test_a_token_that_proves_nothing_is_refused(
    client: FlaskClient, token: Callable[..., str], claims: dict[str, Any], code: str
) -> None:
    answer = client.get("/api/test/v1/things/mine", headers=bearer(token(**claims)))
    assert (answer.status_code, answer.json["code"]) == (401, code)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header", ["Basic YTpi", "Bearer", "Bearer x", "Bearer a.b.c", "Bearer e30.e30.e30", "Bearer W10.W10.x"]
)
def test_what_is_no_token_is_refused(client: FlaskClient, header: str) -> None:
    assert client.get("/api/test/v1/things/mine", headers={"Authorization": header}).status_code == 401


def test_a_token_signed_with_another_algorithm_is_refused(
    client: FlaskClient, token: Callable[..., str]
) -> None:
    head, claims, _signature = token().split(".")
    none = "eyJhbGciOiJub25lIiwia2lkIjoib25lIn0"
    for forged in (f"{none}.{claims}.", f"{none}.{claims}.AAAA", f"{head}.{claims}."):
        assert client.get("/api/test/v1/things/mine", headers=bearer(forged)).status_code == 401


def test_access_goes_by_kind_role_and_scope(client: FlaskClient, token: Callable[..., str]) -> None:
    def status(address: str, **claims: Any) -> int:
        return client.get(f"/api/test/v1/things/{address}", headers=bearer(token(**claims))).status_code

    assert client.get("/api/test/v1/things/account").status_code == 401
    assert status("account", kind="visitor") == 403
    assert status("account") == 200
    assert status("moderated") == 403
    assert status("moderated", grants=[["moderator", "cause:2"]]) == 403
    assert status("moderated", grants=[["coordinator", "cause:1"]]) == 403
    assert status("moderated", grants=[["moderator", "cause:1"]]) == 200
    assert status("moderated", grants=[["moderator", "coalition"]]) == 200


def test_a_withdrawn_key_stops_working(
    ledger_database: Database, client: FlaskClient, token: Callable[..., str]
) -> None:
    with ledger_database.transaction() as session:
        save_keys(session, ISSUER, {"keys": []})
    answer = client.get("/api/test/v1/things/mine", headers=bearer(token()))
    assert answer.json["code"] == "token.key"
