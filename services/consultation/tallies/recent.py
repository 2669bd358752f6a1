"""Figures of whole consultations, kept for a few seconds.

Counting half a million votes takes a few tenths of a second, and a thousand people may ask within the same second.
What is kept is the result of a count, forgotten after `kept`: there is nothing to update and so nothing to drift.
Only public figures go through here, never what depends on who is asking.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Hashable
from datetime import timedelta
from threading import Lock
from typing import Any, TypeVar, cast

Figure = TypeVar("Figure")


class RecentFigures:
    """Remembers what functions of a key returned, for `kept`; each process has its own."""

    def __init__(self, kept: timedelta, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept = kept.total_seconds()
        self._clock = clock
        self._locks: defaultdict[Hashable, Lock] = defaultdict(Lock)
        self._figures: dict[Hashable, tuple[float, Any]] = {}

    def get(self, key: Hashable, count: Callable[[], Figure]) -> Figure:
        """The figure of `key`, counted by `count` unless that was done a moment ago.

        One thread counts a figure at a time. Others wait for the first count of all; later ones they do not wait
        for, and are given the figure that is being replaced.
        """
        known = self._figures.get(key)
        if known is not None and self._clock() - known[0] < self._kept:
            return cast(Figure, known[1])
        with_lock = self._locks[key]
        if not with_lock.acquire(blocking=known is None):
            assert known is not None
            return cast(Figure, known[1])
        try:
            return self._count(key, count)
        finally:
            with_lock.release()

    def _count(self, key: Hashable, count: Callable[[], Figure]) -> Figure:
        known = self._figures.get(key)
        if known is not None and self._clock() - known[0] < self._kept:
            return cast(Figure, known[1])
        started = self._clock()
        figure = count()
        self._figures[key] = (started, figure)
        return figure
