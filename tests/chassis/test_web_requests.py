"""What the web edge of every service says of bad requests."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from libs.chassis.paging import encode_cursor
from tests.chassis.things import fields


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
