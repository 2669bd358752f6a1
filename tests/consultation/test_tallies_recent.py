"""Figures kept for a moment: counted once, by one thread, and never for longer than said."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy.orm import Session

from libs.chassis.testing.waiting import PATIENCE_S
from services.consultation.tallies.recent import AT_MOST, QUICK, REST, RecentFigures

NOBODY: Any = None
"""A session for counts that ask no database."""


def no_session() -> AbstractContextManager[Any]:
    return nullcontext()


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_figure_is_counted_again_once_it_is_too_old() -> None:
    clock = Clock()
    recent = RecentFigures(timedelta(seconds=3), no_session, clock)
    counts = iter(range(10))
    assert [recent.get(NOBODY, "a", lambda _: next(counts)) for _ in range(3)] == [0, 0, 0]
    clock.now += 2.9
    assert recent.get(NOBODY, "a", lambda _: next(counts)) == 0
    clock.now += 0.1
    assert recent.get(NOBODY, "a", lambda _: next(counts)) == 1


def test_figures_of_different_keys_are_apart() -> None:
    recent = RecentFigures(timedelta(seconds=3), no_session, Clock())
    assert recent.get(NOBODY, ("results", 1), lambda _: "one") == "one"
    assert recent.get(NOBODY, ("results", 2), lambda _: "two") == "two"


def test_nothing_is_kept_when_told_so() -> None:
    recent = RecentFigures(timedelta(0), no_session, Clock())
    counts = iter(range(10))
    assert [recent.get(NOBODY, "a", lambda _: next(counts)) for _ in range(3)] == [0, 1, 2]


def test_a_count_that_fails_is_tried_again_by_the_next_who_asks() -> None:
    recent = RecentFigures(timedelta(seconds=3), no_session, Clock())

    def fail(_: Session) -> int:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        recent.get(NOBODY, "a", fail)
    assert recent.get(NOBODY, "a", lambda _: 7) == 7


def test_many_who_ask_at_once_wait_for_one_first_count() -> None:
    recent = RecentFigures(timedelta(seconds=60), no_session)
    counted: list[int] = []
    begun, finish = Event(), Event()

    def count(_: Session) -> int:
        counted.append(1)
        begun.set()
        assert finish.wait(PATIENCE_S)
        return 42

    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(recent.get, NOBODY, "a", count) for _ in range(8)]
        assert begun.wait(PATIENCE_S)
        finish.set()
    assert [answer.result() for answer in answers] == [42] * 8
    assert len(counted) == 1


def test_nobody_waits_for_a_figure_that_is_being_counted_again() -> None:
    clock = Clock()
    recent = RecentFigures(timedelta(seconds=3), no_session, clock)
    recent.get(NOBODY, "a", lambda _: "old")
    clock.now += 5
    begun, finish = Event(), Event()

    def count(_: Session) -> str:
        begun.set()
        assert finish.wait(PATIENCE_S)
        return "new"

    with ThreadPoolExecutor(1) as threads:
        replacing = threads.submit(recent.get, NOBODY, "a", count)
        assert begun.wait(PATIENCE_S)
        assert recent.get(NOBODY, "a", lambda _: "nobody counts this") == "old"
        finish.set()
        assert replacing.result() == "new"
    assert recent.get(NOBODY, "a", lambda _: "nobody counts this either") == "new"


class Slow:
    """A count that takes long, by the clock set by hand, and ends when it may."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.counts = clock, 0
        self.may_end = Event()

    def __call__(self, _: Session) -> int:
        assert self.may_end.wait(PATIENCE_S)
        self.counts += 1
        self.clock.now += 2 * QUICK
        return self.counts


def test_what_takes_long_to_count_again_is_counted_aside_and_nobody_waits() -> None:
    clock, aside = Clock(), Event()

    @contextmanager
    def session() -> Iterator[Any]:
        yield None
        aside.set()

    recent, slow = RecentFigures(timedelta(seconds=3), session, clock), Slow(clock)
    slow.may_end.set()
    assert recent.get(NOBODY, "a", slow) == 1
    slow.may_end.clear()
    clock.now += 4
    assert [recent.get(NOBODY, "a", slow) for _ in range(3)] == [1, 1, 1]
    slow.may_end.set()
    assert aside.wait(PATIENCE_S)
    assert recent.get(NOBODY, "a", slow) == 2


def test_a_figure_that_nobody_asked_for_in_a_long_time_is_waited_for() -> None:
    clock = Clock()
    recent, slow = RecentFigures(timedelta(seconds=3), no_session, clock), Slow(clock)
    slow.may_end.set()
    assert recent.get(NOBODY, "a", slow) == 1
    clock.now += 3 * AT_MOST
    assert recent.get(NOBODY, "a", slow) == 2


def test_what_takes_long_is_kept_so_long_that_counting_is_a_small_part_of_the_work() -> None:
    clock = Clock()
    recent = RecentFigures(timedelta(seconds=3), no_session, clock)

    def count(_: Session) -> float:
        clock.now += 2
        return clock.now

    first = recent.get(NOBODY, "a", count)
    clock.now += 2 * REST - 2.1
    assert recent.get(NOBODY, "a", count) == first
    clock.now += 2 * REST * AT_MOST
    assert recent.get(NOBODY, "a", count) > first
