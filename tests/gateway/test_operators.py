"""An operator that does not answer is left alone, and a slow one holds few threads."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from gateway.operators.calls import IN_FLIGHT, Operators
from gateway.operators.rules import FAILURES_TO_OPEN, REST_S
from gateway.operators.tokens import Kept, TokenShelf
from gateway.services import ServiceProblem, ServiceUnreachable
from libs.chassis.testing.waiting import PATIENCE_S


class Far:
    """An operator far away: it answers what it is told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.problem: ServiceProblem | None = None

    def call(self, *_request, **_more):
        self.calls += 1
        if self.problem:
            raise self.problem
        return {"answered": self.calls}


@pytest.fixture
def far() -> Far:
    return Far()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def exhaust(operators: Operators, far: Far) -> None:
    far.problem = ServiceUnreachable()
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(ServiceUnreachable):
            operators.call("op1", "GET", "/defis")


def test_an_operator_that_does_not_answer_is_left_alone_for_a_while(far, clock):
    operators = Operators(far, clock)
    exhaust(operators, far)
    with pytest.raises(ServiceUnreachable):
        operators.call("op1", "GET", "/defis")
    assert far.calls == FAILURES_TO_OPEN


def test_one_call_tries_again_after_the_rest_and_a_single_answer_is_enough(far, clock):
    operators = Operators(far, clock)
    exhaust(operators, far)
    clock.now += REST_S
    far.problem = None
    assert operators.call("op1", "GET", "/defis") == {"answered": FAILURES_TO_OPEN + 1}
    assert operators.call("op1", "GET", "/defis") == {"answered": FAILURES_TO_OPEN + 2}


def test_a_try_that_fails_rests_again(far, clock):
    operators = Operators(far, clock)
    exhaust(operators, far)
    clock.now += REST_S
    for _ in range(2):
        with pytest.raises(ServiceUnreachable):
            operators.call("op1", "GET", "/defis")
    assert far.calls == FAILURES_TO_OPEN + 1


def test_another_operator_is_not_concerned(far, clock):
    operators = Operators(far, clock)
    exhaust(operators, far)
    far.problem = None
    assert operators.call("op2", "GET", "/defis")


def test_a_refusal_is_an_answer(far, clock):
    operators = Operators(far, clock)
    far.problem = ServiceProblem(404, "defi.unknown", "")
    for _ in range(FAILURES_TO_OPEN + 1):
        with pytest.raises(ServiceProblem, match="404"):
            operators.call("op1", "GET", "/defis/1")
    assert far.calls == FAILURES_TO_OPEN + 1


def test_a_slow_operator_holds_only_so_many_threads(clock):
    started, leave = Barrier(IN_FLIGHT + 1), Barrier(IN_FLIGHT + 1)

    class Slow:
        def call(self, *_request, **_more):
            started.wait(PATIENCE_S)
            leave.wait(PATIENCE_S)

    operators = Operators(Slow(), clock)
    threads = [Thread(target=operators.call, args=("op1", "GET", "/defis")) for _ in range(IN_FLIGHT)]
    for thread in threads:
        thread.start()
    started.wait(PATIENCE_S)
    with pytest.raises(ServiceUnreachable):
        operators.call("op1", "GET", "/defis")
    leave.wait(PATIENCE_S)
    for thread in threads:
        thread.join()


def test_a_token_is_used_until_its_end_and_goes_with_its_session():
    shelf = TokenShelf(most=2)
    shelf.keep("secret", "op1", Kept("one", until=100.0))
    assert shelf.find("secret", "op1", now=99.0) == "one"
    assert shelf.find("secret", "op2", now=99.0) is None
    assert shelf.find("secret", "op1", now=100.0) is None
    shelf.keep("secret", "op1", Kept("two", until=200.0))
    shelf.forget("secret")
    assert shelf.find("secret", "op1", now=101.0) is None


def test_the_token_not_used_for_longest_makes_room():
    shelf = TokenShelf(most=2)
    for operator in ("op1", "op2"):
        shelf.keep("secret", operator, Kept(operator, until=100.0))
    shelf.find("secret", "op1", now=1.0)
    shelf.keep("secret", "op3", Kept("op3", until=100.0))
    assert [shelf.find("secret", operator, now=1.0) for operator in ("op1", "op2", "op3")] == [
        "op1",
        None,
        "op3",
    ]
