"""What is the same for everybody is asked once for a crowd, and never kept for who may have just changed it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event, Lock
from uuid import UUID, uuid4

import flask
import httpx
import pytest

from gateway.clients import defis, operators
from gateway.edge.routes import is_shared
from gateway.services import ServiceUnreachable
from gateway.shared_reads import SharedReads
from libs.chassis.testing.waiting import PATIENCE_S

SECONDS = timedelta(seconds=3)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Source:
    """Answers with how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> bytes:
        self.asked += 1
        return str(self.asked).encode()


def test_an_answer_is_kept_for_as_long_as_said_and_no_longer() -> None:
    clock, source = Clock(), Source()
    reads = SharedReads(SECONDS, clock=clock)
    answers = []
    for clock.now in (0.0, 2.9, 3.0, 5.9, 6.0):
        answers.append(reads.get("figures", source))
    assert answers == [b"1", b"1", b"2", b"2", b"3"]


def test_answers_of_different_keys_are_apart() -> None:
    reads = SharedReads(SECONDS)
    assert reads.get(("fr", "/defis"), lambda: b"fr") == b"fr"
    assert reads.get(("en", "/defis"), lambda: b"en") == b"en"
    assert reads.get(("fr", "/defis"), lambda: b"again") == b"fr"


def test_nothing_is_kept_where_the_setting_says_so() -> None:
    reads, source = SharedReads(timedelta(0)), Source()
    assert [reads.get("figures", source), reads.get("figures", source)] == [b"1", b"2"]


def test_the_oldest_answers_go_first_when_there_are_too_many() -> None:
    reads, source = SharedReads(SECONDS, most=2), Source()
    for key in ("a", "b", "c", "b", "a"):
        reads.get(key, source)
    assert source.asked == 4


def test_a_crowd_asks_once_and_all_are_answered() -> None:
    reads, lock, asked, there = SharedReads(SECONDS), Lock(), [], Barrier(8)
    arrived = Event()

    def read() -> bytes:
        with lock:
            asked.append(1)
        arrived.wait(PATIENCE_S)
        return b"figures"

    def reader(_number: int) -> bytes:
        there.wait(PATIENCE_S)
        if there.n_waiting == 0:
            arrived.set()
        return reads.get("figures", read)

    with ThreadPoolExecutor(8) as crowd:
        assert list(crowd.map(reader, range(8))) == [b"figures"] * 8
    assert len(asked) == 1


def test_a_failure_is_told_to_those_who_wait_and_not_kept() -> None:
    reads = SharedReads(SECONDS)

    def fails() -> bytes:
        raise ServiceUnreachable

    with pytest.raises(ServiceUnreachable):
        reads.get("figures", fails)
    assert reads.get("figures", lambda: b"figures") == b"figures"


def test_nobody_waits_for_another_longer_than_they_said() -> None:
    reads, begun, finish = SharedReads(SECONDS), Event(), Event()

    def read() -> bytes:
        begun.set()
        assert finish.wait(PATIENCE_S)
        return b"figures"

    with ThreadPoolExecutor(1) as other:
        reading = other.submit(reads.get, "figures", read)
        assert begun.wait(PATIENCE_S)
        with pytest.raises(TimeoutError):
            reads.get("figures", lambda: b"never read", patience=0.01)
        finish.set()
        assert reading.result() == b"figures"
    assert reads.get("figures", lambda: b"never read", patience=0.01) == b"figures"


class Counting(httpx.BaseTransport):
    """Notes the address of each call that it carries."""

    def __init__(self, app: object) -> None:
        self._inside = httpx.WSGITransport(app=app)  # type: ignore[arg-type]
        self.paths: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        return self._inside.handle_request(request)


@pytest.fixture
def carried(backend) -> Counting:
    return Counting(backend)


@pytest.fixture
def keeping(make_app, make_browser, carried) -> Callable[..., object]:
    """Makes browsers of a site that keeps shared reads for an hour."""
    app = make_app(carried, reads_kept=timedelta(hours=1))
    return lambda languages="fr": make_browser(app, languages)


RESULTS = "/consultations/territoires/results"
SHARED = "/api/consultation/v1/consultations/territoires/results"


def test_a_crowd_that_nobody_can_tell_apart_shares_an_answer_in_each_language(keeping, carried) -> None:
    for languages in ("fr", "fr", "en", "en"):
        assert keeping(languages).get(RESULTS).status_code == 200
    assert carried.paths.count(SHARED) == 2


def test_whoever_takes_part_or_is_signed_in_is_always_answered_anew(keeping, carried) -> None:
    keeping().get(RESULTS)
    participant, account = keeping(), keeping()
    participant.consent()
    account.sign_in()
    for number, browser in enumerate((participant, account, participant, account), 2):
        browser.get(RESULTS)
        assert carried.paths.count(SHARED) == number


def test_a_crowd_asks_an_operator_once_for_a_list_and_for_a_defi(make_app) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"items": []})

    app, defi = make_app(httpx.MockTransport(answer), reads_kept=timedelta(hours=1)), uuid4()

    def visit(**known: str) -> list[str]:
        asked.clear()
        with app.test_request_context():
            flask.session.update(known)
            operators.read("op1", "/defis", id=[str(defi)], limit=1)
            defis.overview("op1", defi)
        return list(asked)

    both = ["/api/territories/op1/v1/defis", f"/api/territories/op1/v1/defis/{defi}/overview"]
    assert [visit(), visit(), visit(visitor="who took part"), visit()] == [both, [], both, []]


def test_a_refusal_is_asked_for_again(keeping, carried) -> None:
    for _ in range(2):
        assert keeping().get("/consultations/nowhere/results").status_code == 404
    assert carried.paths.count("/api/consultation/v1/consultations/nowhere") == 2


@pytest.mark.parametrize(
    "path",
    [
        "/api/consultation/v1/me/proposals",
        "/api/consultation/v1/consultations/territoires/consent",
        "/api/consultation/v1/consultations/territoires/sequence",
        "/api/consultation/v1/consultations/territoires/moderation",
        "/api/consultation/v1/consultations/territoires/results/versions",
        "/api/identity/v1/me",
        "/api/territories/op1/v1/me/defis",
        f"/api/territories/op1/v1/defis/{UUID(int=1)}",
        f"/api/territories/op1/v1/defis/{UUID(int=1)}/members",
    ],
)
def test_what_depends_on_its_reader_is_not_shared(path: str) -> None:
    assert is_shared(SHARED)
    assert not is_shared(path)
