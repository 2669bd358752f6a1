"""Figures of whole consultations, kept for a few seconds.

Counting half a million votes takes half a second, and a thousand people may ask within the same second. What is kept
is the result of a count, forgotten after `kept`: there is nothing to update and so nothing to drift. Nobody waits for
a figure that takes long to count again: it is counted aside, while those who ask are given the one that it replaces.
Only public figures go through here, never what depends on who is asking.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from datetime import timedelta
from threading import Lock, Thread
from typing import Any, Final, NamedTuple, TypeVar, cast

import structlog
from sqlalchemy.orm import Session

log = structlog.get_logger()

Figure = TypeVar("Figure")

QUICK: Final = 0.05
"""Seconds: what was counted in less is counted while the reader waits."""
REST: Final = 10
"""How many times as long as a count took its figure is kept at least: counting is a tenth of what a process does."""
AT_MOST: Final = 10
"""How many times as old as that a figure may be that nobody has asked for meanwhile."""


class _Known(NamedTuple):
    """A figure, when it was counted, and how long that took."""

    counted_at: float
    took: float
    figure: Any


class RecentFigures:
    """Remembers what functions of a key returned, for `kept`; each process has its own.

    `sessions` opens a session for what is counted aside: that of the reader ends with the request.
    """

    def __init__(
        self,
        kept: timedelta,
        sessions: Callable[[], AbstractContextManager[Session]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept = kept.total_seconds()
        self._sessions = sessions
        self._clock = clock
        self._locks: defaultdict[Hashable, Lock] = defaultdict(Lock)
        self._figures: dict[Hashable, _Known] = {}

    def get(self, session: Session, key: Hashable, count: Callable[[Session], Figure]) -> Figure:
        """The figure of `key`, counted by `count` unless that was done a moment ago.

        One thread counts a figure at a time. Others wait for the first count of all; later ones they do not wait
        for, and are given the figure that is being replaced.
        """
        known = self._figures.get(key)
        age = self._clock() - known.counted_at if known else 0.0
        fresh_for = self._fresh_for(known)
        if known and age < fresh_for:
            return cast(Figure, known.figure)
        lock = self._locks[key]
        if not lock.acquire(blocking=known is None):
            assert known is not None
            return cast(Figure, known.figure)
        if known and known.took >= QUICK and age < AT_MOST * fresh_for:
            Thread(target=self._count_aside, args=(key, count, lock), daemon=True).start()
            return cast(Figure, known.figure)
        try:
            return self._count(session, key, count)
        finally:
            lock.release()

    def _count(self, session: Session, key: Hashable, count: Callable[[Session], Figure]) -> Figure:
        known, started = self._figures.get(key), self._clock()
        if known and started - known.counted_at < self._fresh_for(known):
            return cast(Figure, known.figure)
        figure = count(session)
        self._figures[key] = _Known(started, self._clock() - started, figure)
        return figure

    def _fresh_for(self, known: _Known | None) -> float:
        """Seconds for which a figure is given without a second thought."""
        return max(self._kept, REST * known.took) if known and self._kept else self._kept

    def _count_aside(self, key: Hashable, count: Callable[[Session], Any], lock: Lock) -> None:
        try:
            with self._sessions() as session:
                self._count(session, key, count)
        except Exception as error:  # noqa: BLE001 - there is no reader to tell; the next one who asks counts again
            log.warning("figure not counted", error=type(error).__name__)
        finally:
            lock.release()
