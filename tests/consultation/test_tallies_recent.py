"""Figures kept for a moment: counted once, by one thread, and never for longer than said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest

from services.consultation.tallies.recent import RecentFigures


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_figure_is_counted_again_once_it_is_too_old() -> None:
    clock = Clock()
    recent = RecentFigures(timedelta(seconds=3), clock)
    counts = iter(range(10))
    assert [recent.get("a", lambda: next(counts)) for _ in range(3)] == [0, 0, 0]
    clock.now += 2.9
    assert recent.get("a", lambda: next(counts)) == 0
    clock.now += 0.1
    assert recent.get("a", lambda: next(counts)) == 1


def test_figures_of_different_keys_are_apart() -> None:
    recent = RecentFigures(timedelta(seconds=3), Clock())
    assert recent.get(("results", 1), lambda: "one") == "one"
    assert recent.get(("results", 2), lambda: "two") == "two"


def test_nothing_is_kept_when_told_so() -> None:
    recent = RecentFigures(timedelta(0), Clock())
    counts = iter(range(10))
    assert [recent.get("a", lambda: next(counts)) for _ in range(3)] == [0, 1, 2]


def test_a_count_that_fails_is_tried_again_by_the_next_who_asks() -> None:
    recent = RecentFigures(timedelta(seconds=3), Clock())

    def fail() -> int:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        recent.get("a", fail)
    assert recent.get("a", lambda: 7) == 7


def test_many_who_ask_at_once_wait_for_one_first_count() -> None:
    recent = RecentFigures(timedelta(seconds=60))
    counted: list[int] = []
    begun, finish = Event(), Event()

    def count() -> int:
        counted.append(1)
        begun.set()
        assert finish.wait(10)
        return 42

    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(recent.get, "a", count) for _ in range(8)]
        assert begun.wait(10)
        finish.set()
    assert [answer.result() for answer in answers] == [42] * 8
    assert len(counted) == 1


def test_nobody_waits_for_a_figure_that_is_being_counted_again() -> None:
    clock = Clock()
    recent = RecentFigures(timedelta(seconds=3), clock)
    recent.get("a", lambda: "old")
    clock.now += 5
    begun, finish = Event(), Event()

    def count() -> str:
        begun.set()
        assert finish.wait(10)
        return "new"

    with ThreadPoolExecutor(1) as threads:
        replacing = threads.submit(recent.get, "a", count)
        assert begun.wait(10)
        assert recent.get("a", lambda: "nobody counts this") == "old"
        finish.set()
        assert replacing.result() == "new"
    assert recent.get("a", lambda: "nobody counts this either") == "new"
