"""What the web edge of a service says of itself: failures, refusals, the trace of a request, whether it is ready."""

from __future__ import annotations

from flask.testing import FlaskClient

from libs.chassis.db import Database


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
