"""The lane of sound votes answers as Flask would, to the byte; and Flask answers whatever is not one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import RawIOBase
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask, request, request_started
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from libs.chassis.read_only import refuse_writes
from services.consultation.scoring.rules import QUALIFIER_KEYS
from services.consultation.voting.ballot_box import BallotBox
from tests.consultation.conftest import MakeProposal, Tokens, Voters

ROUTE = "/api/consultation/v1/proposals/<uuid:proposal_id>/vote"
PLAIN = {"choice": "agree", "qualifiers": ["doable"], "key": None}
TRACE = "0af7651916cd43dd8448eb211c80319c"


def path(proposal: object) -> str:
    return ROUTE.replace("<uuid:proposal_id>", str(proposal))


@pytest.fixture
def flask_alone(make_app: Callable[[], Flask]) -> FlaskClient:
    """The same service without its lane."""
    app = make_app()
    del app.wsgi_app  # what stands before Flask's own
    return app.test_client()


@contextmanager
def reached(client: FlaskClient) -> Iterator[list[str]]:
    """The addresses of requests that come to Flask while the block runs."""
    addresses: list[str] = []

    def note(_app: Flask) -> None:
        addresses.append(request.path)

    with request_started.connected_to(note, client.application):
        yield addresses


def answer_of(client: FlaskClient, sent: dict[str, Any]) -> tuple[Any, ...]:
    """All that can be seen of an answer: what was said, counted and logged. Only instants and new ids are left out."""
    before = dict(counted())
    with capture_logs() as lines:
        answer = client.open(**sent)
    said = re.sub(rb'(?<="voted_at":")[^"]{32}(?=")', b"?", answer.data)
    headers = [(name, "?" if name == "X-Correlation-ID" else value) for name, value in answer.headers]
    traced = answer.headers["X-Correlation-ID"] == TRACE
    rise = {labels: count - before.get(labels, 0) for labels, count in counted()}
    logged = [{key: value for key, value in line.items() if key != "ms"} for line in lines]
    return answer.status, headers, traced, said, {labels: by for labels, by in rise.items() if by}, logged


def counted() -> Iterator[tuple[str, float]]:
    """How many requests the metrics have, by their labels."""
    for metric in REGISTRY.collect():
        for sample in metric.samples:
            if sample.name == "maillage_http_request_duration_seconds_count":
                yield repr(sorted(sample.labels.items())), sample.value


WORDS = st.sampled_from(["agree", "disagree", "neutral", "Agree", "oui", "", None, 1, True, ["agree"], {}])
SETS = st.lists(st.sampled_from(QUALIFIER_KEYS[0:3]), max_size=3) | st.lists(
    st.sampled_from([*QUALIFIER_KEYS, "superbe", "", None, 1, [], {}]), max_size=5
)
QUALIFIERS = SETS | st.sampled_from([None, "doable", {}, {"doable": 1}, 3])
KEYS = st.sampled_from([None, "k", "", " ", "k" * 501, "a\x00", 3, []])
BALLOTS = st.fixed_dictionaries(
    {}, optional={"choice": WORDS, "qualifiers": QUALIFIERS, "key": KEYS}
) | st.fixed_dictionaries({"choice": st.just("agree"), "qualifiers": SETS}, optional={"key": KEYS, "x": KEYS})
SPELLINGS = st.sampled_from(
    [
        lambda ballot: json.dumps(ballot).encode(),
        lambda ballot: json.dumps(ballot, indent=300).encode(),
        lambda ballot: json.dumps(ballot).encode("utf-16"),
        lambda ballot: b"\xef\xbb\xbf" + json.dumps(ballot).encode(),
        lambda ballot: json.dumps([ballot]).encode(),
        lambda ballot: json.dumps(ballot).encode()[:-1] + b',"choice":"neutral"}',
        lambda ballot: json.dumps(ballot).encode()[:-1],
    ]
)
BODIES = st.builds(lambda spell, ballot: spell(ballot), SPELLINGS, BALLOTS) | st.sampled_from(
    [json.dumps(PLAIN).encode(), b"", b"null", b"[" * 900, b"NaN", b'"agree"', b"{}" + b" " * 997, b"\xff"]
)
HEADERS = st.fixed_dictionaries(
    {"Content-Type": st.sampled_from(["application/json"] * 4 + ["Application/JSON", "text/plain", ""])},
    optional={
        "Accept-Language": st.sampled_from(["fr", "en", "de, en;q=0.5"]),
        "traceparent": st.sampled_from([f"00-{TRACE}-b7ad6b7169203331-01", "00-zz", "é"]),
    },
)
LENGTHS = st.sampled_from(["0", "10", "999", "1000", "+9", "²", "", "-1", "9" * 5000])


def authorizations(token: str) -> st.SearchStrategy[dict[str, str]]:
    spelled = [
        f"Bearer {token}",
        f"bearer {token}",
        f"Bearer  {token}",
        f"Token {token}",
        token,
        f"Bearer {token}x",
    ]
    return st.sampled_from([{}] + [{"Authorization": it} for it in [*spelled, "", "Bearer", "Bearer a.b.c"]])


def addresses(accepted: UUID, pending: UUID) -> st.SearchStrategy[str]:
    named = [accepted, str(accepted).upper(), pending, uuid7(), accepted.hex, "42"]
    spelled = [path(accepted) + "/", path(accepted) + "\n", path(f"/{accepted}"), "/x" + path(accepted)]
    return st.sampled_from([*map(path, named), *spelled])


@settings(max_examples=300)
@given(data=st.data())
def test_the_two_ways_answer_alike(
    data: st.DataObject,
    client: FlaskClient,
    flask_alone: FlaskClient,
    voters: Voters,
    tokens: Tokens,
    make_proposal: MakeProposal,
    database: Database,
) -> None:
    somebody, nobody, proposal = voters.visitor(), tokens.visitor(), make_proposal()
    strange = {
        "method": st.sampled_from(["POST", "PATCH", "OPTIONS", "put"]),
        "path": addresses(proposal, make_proposal(state="pending")),
        "query_string": st.just("choice=neutral"),
        "data": BODIES,
        "headers": HEADERS,
        "authorization": authorizations(somebody["Authorization"][7:]) | st.just(nobody),
        "environ_overrides": st.fixed_dictionaries({"CONTENT_LENGTH": LENGTHS}),
    }
    sent: dict[str, Any] = {
        "method": "PUT",
        "path": path(proposal),
        "data": json.dumps(PLAIN),
        "headers": {"Content-Type": "application/json"},
        "authorization": somebody,
    }
    sent |= {
        name: data.draw(strange[name])
        for name in data.draw(st.sets(st.sampled_from(list(strange)), max_size=2))
    }
    sent["headers"] = sent["headers"] | sent.pop("authorization")

    def outcome(client: FlaskClient) -> Any:
        seen = answer_of(client, sent)
        with database.autocommit() as connection:
            stored = "DELETE FROM vote RETURNING choice, qualifiers, provenance, verified, now() - voted_at < '9 s'"
            return *seen, connection.execute(stored).fetchall()

    assert outcome(client) == outcome(flask_alone)


class Torn(RawIOBase):
    """A connection that is lost before the body has come."""

    def readinto(self, _buffer: object) -> int:
        raise ConnectionResetError


def test_a_connection_lost_within_the_body_is_no_fault_of_ours(
    client: FlaskClient, flask_alone: FlaskClient, voters: Voters, make_proposal: MakeProposal
) -> None:
    headers = voters.visitor() | {"Content-Type": "application/json"}
    sent = {
        "method": "PUT",
        "path": path(make_proposal()),
        "headers": headers,
        "environ_overrides": {"wsgi.input": Torn(), "CONTENT_LENGTH": "20"},
    }
    seen = answer_of(client, sent)
    assert seen == answer_of(flask_alone, sent)
    assert seen[0] == "400 BAD REQUEST"


def test_a_plain_vote_does_not_reach_flask(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal
) -> None:
    somebody, proposal = voters.visitor(), make_proposal()
    with reached(client) as addresses:
        assert client.put(path(proposal), json=PLAIN, headers=somebody).status_code == 200
        assert addresses == []
        assert client.put(path(proposal), json=PLAIN | {"key": "k"}, headers=somebody).status_code == 200
        assert addresses == [path(proposal)]


def test_a_token_is_verified_by_flask_before_the_lane_takes_it(
    client: FlaskClient, tokens: Tokens, voters: Voters, make_proposal: MakeProposal
) -> None:
    stranger = tokens.visitor()
    with reached(client) as addresses:
        for _ in range(2):
            assert client.put(path(make_proposal()), json=PLAIN, headers=stranger).status_code == 403
    assert len(addresses) == 2


def test_nothing_is_written_in_read_only_mode(
    make_app: Callable[[], Flask], voters: Voters, make_proposal: MakeProposal
) -> None:
    app, somebody = make_app(), voters.visitor()
    refuse_writes(app)
    answer = app.test_client().put(path(make_proposal()), json=PLAIN, headers=somebody)
    assert (answer.status_code, answer.json and answer.json["code"]) == (503, "service.read_only")


def test_a_key_that_was_withdrawn_stops_working(
    client: FlaskClient,
    voters: Voters,
    tokens: Tokens,
    make_proposal: MakeProposal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    somebody, proposal = voters.visitor(), make_proposal()
    monkeypatch.setattr(tokens, "get", lambda _issuer, _kid: None)
    answer = client.put(path(proposal), json=PLAIN, headers=somebody)
    assert (answer.status_code, answer.json and answer.json["code"]) == (401, "token.key")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(psycopg.OperationalError(), 503, "database.unavailable"), (ValueError(), 500, "service.failed")],
)
def test_what_fails_in_the_lane_is_said_by_flask_and_not_tried_again(
    client: FlaskClient,
    voters: Voters,
    make_proposal: MakeProposal,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    code: str,
) -> None:
    tried: list[object] = []

    def fail(_box: BallotBox, *slip: object) -> None:
        tried.append(slip)
        raise error

    somebody, proposal = voters.visitor(), make_proposal()
    monkeypatch.setattr(BallotBox, "cast", fail)
    answer = client.put(path(proposal), json=PLAIN, headers=somebody)
    assert (answer.status_code, answer.json and answer.json["code"]) == (status, code)
    assert len(tried) == 1


def test_what_flask_does_around_every_request_is_known_to_the_lane(make_app: Callable[[], Flask]) -> None:
    # Whoever adds to these asks what it means for a vote, which does not pass here: `FastLane` does each but the
    # refusal of the erased, of whom the vote's own statement finds no consent.
    app = make_app()
    refuse_writes(app)
    before, after, end = (
        [f"{function.__module__}.{function.__name__}" for function in functions[None]]
        for functions in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    )
    assert before == [
        "libs.chassis.app.begin",
        "libs.chassis.access.check_access",
        "libs.chassis.erasure.refuse",
        "libs.chassis.fast_lane._raise_what_was_met",
        "libs.chassis.read_only.refuse",
    ]
    assert after == ["libs.chassis.app.observe", "services.consultation.app._keep_out_of_caches"]
    assert end == ["libs.chassis.app.end"]
    assert app.before_request_funcs.keys() == app.after_request_funcs.keys() == {None}
