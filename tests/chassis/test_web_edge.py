"""What the web edge of every service says of bad requests, bad tokens and failures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import marshmallow as ma
import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OKPKey
from psycopg import OperationalError

from libs.chassis.app import ServiceApp, create_service_app
from libs.chassis.db import Database, InDoubt
from libs.chassis.errors import Conflict, TooMany
from libs.chassis.keys import KeyStore, save_keys
from libs.chassis.paging import PageQuery, decode_cursor, encode_cursor
from libs.chassis.schemas import ItemCount, OneOf, Range, Schema, Text
from libs.chassis.tokens import TokenVerifier
from libs.chassis.web import Blueprint, account, participant, principal, public, require

ISSUER = "https://maillage.example/api/identity"
things = Blueprint("things", __name__, url_prefix="/v1/things")


class ThingSchema(Schema):
    text = Text(longest=20, shortest=2, required=True)
    choice = ma.fields.String(validate=OneOf(["agree", "disagree"]))
    count = ma.fields.Integer(validate=Range(min=1, max=9))
    notes = ma.fields.List(Text(longest=30, multiline=True), validate=ItemCount(max=2))


@things.post("/<slug:slug>")
@public
@things.arguments(ThingSchema())
@things.response(201, ThingSchema())
def make(data: dict[str, Any], slug: str) -> dict[str, Any]:
    """Make a thing."""
    return data


@things.get("/list")
@public
@things.arguments(PageQuery(), location="query")
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """List things."""
    decode_cursor("things", query["cursor"], int)
    return {}


@things.get("/undeclared")
def undeclared() -> dict[str, Any]:
    """A route whose author forgot to say who may call it."""
    return {}


@things.get("/mine")
@participant
def mine() -> dict[str, str]:
    """Who is calling."""
    return {"subject": str(principal().subject)}


@things.get("/account")
@account
def for_accounts() -> dict[str, Any]:
    """For accounts."""
    return {}


@things.get("/moderated")
@require("moderator")
def moderated() -> dict[str, Any]:
    """For moderators of anything, and then of one cause."""
    principal().require("moderator", "cause:1", "coalition")
    return {}


@things.route("/broken/<kind>", methods=["GET", "POST"])
@public
def broken(kind: str) -> dict[str, Any]:
    """Fail in several ways."""
    raise {
        "bug": ZeroDivisionError("with a secret in it"),
        "database": OperationalError("server closed the connection"),
        "commit": InDoubt("the connection was lost at the commit"),
        "conflict": Conflict("thing.closed", "The thing “{name}” is closed.", name="{a}"),
        "limit": TooMany("limit.reached", "Slowly.", retry_after=7),
    }[kind]


@pytest.fixture
def key() -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": "one"})


@pytest.fixture
def client(ledger_database: Database, key: OKPKey) -> FlaskClient:
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


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def fields(problem: Any) -> dict[str, str]:
    return {error["field"]: error["detail"] for error in problem["errors"]}


def test_what_is_wrong_is_said_field_by_field_in_french_by_default(client: FlaskClient) -> None:
    wrong = {"text": "x" * 21, "choice": "maybe", "count": 0, "notes": ["a", "b", "c"], "more": 1}
    answer = client.post("/api/test/v1/things/a", json=wrong)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "request.invalid"
    assert fields(answer.json) == {
        "text": "Ce texte est trop long\u00a0: 20 caractères au plus, ici 21.",
        "choice": "À choisir parmi\u00a0: agree, disagree.",
        "count": "Doit être compris entre 1 et 9.",
        "notes": "Doit compter de 0 à 2 éléments.",
        "more": "Champ inconnu.",
    }


def test_an_empty_text_is_said_to_be_left_to_fill_in(client: FlaskClient) -> None:
    answer = client.post("/api/test/v1/things/a", json={"text": " "})
    assert fields(answer.json) == {"text": "Il reste à remplir ce champ."}


def test_and_in_english_for_who_reads_english(client: FlaskClient) -> None:
    answer = client.post("/api/test/v1/things/a", json={"text": "x"}, headers={"Accept-Language": "en"})
    assert fields(answer.json) == {"text": "This text is too short: at least 2 characters."}
    assert answer.json["detail"] == "Some of what was sent cannot be accepted."


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\nb", "a\ud800b", "a\u202eb", "a\u2028b"])
def test_control_characters_are_refused_in_a_line_of_text(client: FlaskClient, text: str) -> None:
    body = json.dumps({"text": text})
    answer = client.post("/api/test/v1/things/a", data=body, content_type="application/json")
    assert fields(answer.json) == {"text": "Ce texte contient des caractères de contrôle."}


def test_a_field_name_no_text_can_hold_is_refused_like_any_other(client: FlaskClient) -> None:
    body = json.dumps({"text": "ab", "\ud800": 1})
    answer = client.post("/api/test/v1/things/a", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (422, "request.invalid")


def test_texts_are_composed_and_trimmed(client: FlaskClient) -> None:
    answer = client.post("/api/test/v1/things/a", json={"text": "  e\u0301te\u0301 ", "notes": ["a\r\nb"]})
    assert answer.json == {"text": "été", "notes": ["a\nb"]}


@pytest.mark.parametrize("body", ["{", "", "[" * 100_000, b"\xff"])
def test_json_that_is_not_json_is_refused(client: FlaskClient, body: str | bytes) -> None:
    answer = client.post("/api/test/v1/things/a", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) in {
        (400, "request.not_json"),
        (422, "request.invalid"),
    }


@pytest.mark.parametrize("body", ["[1]", "1", '"a"', "null"])
def test_json_of_the_wrong_shape_is_refused(client: FlaskClient, body: str) -> None:
    answer = client.post("/api/test/v1/things/a", data=body, content_type="application/json")
    assert answer.status_code == 422


def test_a_body_that_does_not_say_it_is_json_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/test/v1/things/a", data="text=ab", content_type="text/plain")
    assert (answer.status_code, answer.json["code"]) == (415, "request.media_type")


def test_a_body_larger_than_a_service_reads_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/test/v1/things/a", json={"text": "x" * 300_000})
    assert (answer.status_code, answer.json["code"]) == (413, "request.too_large")


@pytest.mark.parametrize("address", ["A", "a%00b", "a b", "..", "x" * 81, "é"])
def test_a_malformed_slug_is_an_unknown_address(client: FlaskClient, address: str) -> None:
    assert client.post(f"/api/test/v1/things/{address}", json={"text": "ab"}).status_code == 404


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "",
        encode_cursor("others", [1]),
        encode_cursor("things", [1, 2]),
        encode_cursor("things", ["a"]),
    ],
)
def test_a_cursor_from_elsewhere_is_refused(client: FlaskClient, cursor: str) -> None:
    answer = client.get("/api/test/v1/things/list", query_string={"cursor": cursor})
    assert answer.status_code in (400, 422)
    assert answer.json["code"] in ("cursor.foreign", "request.invalid")


def test_a_cursor_of_the_list_is_taken(client: FlaskClient) -> None:
    cursor = encode_cursor("things", [7])
    assert client.get("/api/test/v1/things/list", query_string={"cursor": cursor}).status_code == 200


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


def test_a_bug_says_nothing_of_itself(client: FlaskClient) -> None:
    answer = client.get("/api/test/v1/things/broken/bug")
    assert (answer.status_code, answer.json["code"]) == (500, "service.failed")
    assert "secret" not in answer.text


def test_a_lost_database_is_said_and_nothing_was_done(client: FlaskClient) -> None:
    answer = client.get("/api/test/v1/things/broken/database")
    assert (answer.status_code, answer.json["code"]) == (503, "database.unavailable")
    assert answer.headers["Retry-After"] == "5"


def test_what_may_have_been_done_is_not_called_undone(client: FlaskClient) -> None:
    answer = client.post("/api/test/v1/things/broken/commit")
    assert (answer.status_code, answer.json["code"]) == (503, "database.in_doubt")
    assert answer.headers["Retry-After"] == "5"
    assert client.get("/api/test/v1/things/broken/commit").json["code"] == "database.unavailable"


def test_refusals_carry_their_code_their_places_and_when_to_come_back(client: FlaskClient) -> None:
    answer = client.get("/api/test/v1/things/broken/conflict")
    assert (answer.status_code, answer.json["detail"]) == (409, "The thing “{a}” is closed.")
    assert client.get("/api/test/v1/things/broken/limit").headers["Retry-After"] == "7"


def test_the_trace_of_a_request_comes_back_as_its_correlation_id(client: FlaskClient) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    sound = client.get("/livez", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert sound.headers["X-Correlation-ID"] == trace
    made_up = client.get("/livez", headers={"traceparent": "<script>"})
    assert len(made_up.headers["X-Correlation-ID"]) == 32


def test_readiness_names_what_is_missing(client: FlaskClient, ledger_database: Database) -> None:
    assert client.get("/readyz").json == {"ready": True, "checks": {"database": "ok"}}
    assert client.get("/api/test/openapi.json").status_code == 200
