"""Answers that are the same for everybody, kept for a moment: a crowd that comes at once asks a service once.

What is kept is text, so that each reader gets an answer of their own to work with. Refusals and failures are not kept;
those who wait for one are told the same.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Final

MOST_KEPT: Final = 200
"""Answers in memory, some 10 kB each; the oldest goes first."""


@dataclass(slots=True)
class _Kept:
    """An answer, perhaps on its way, and the instant until which it is good, in seconds of the clock."""

    answer: Future[bytes] = field(default_factory=Future)
    until: float = float("inf")


class SharedReads:
    """Answers by key, each read by one thread while the others wait for it. Safe to share between threads."""

    def __init__(
        self, kept: timedelta, most: int = MOST_KEPT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """An answer is good for `kept` from when it was asked for: 0 keeps none. `clock` gives seconds."""
        self._seconds = kept.total_seconds()
        self._most = most
        self._clock = clock
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def get(self, key: Hashable, read: Callable[[], bytes], patience: float | None = None) -> bytes:
        """The answer of `key`, from `read` unless that was done a moment ago. Raises what `read` raises.

        Raises `TimeoutError` when another thread that reads it takes longer than `patience` seconds.
        """
        if not self._seconds:
            return read()
        kept, mine = self._find(key)
        if mine:
            self._fill(key, kept, read)
        return kept.answer.result(patience)

    def _find(self, key: Hashable) -> tuple[_Kept, bool]:
        """What is kept of `key`, and whether it is the caller who has to read it."""
        now = self._clock()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and now < kept.until:
                return kept, False
            kept = self._kept[key] = _Kept()
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return kept, True

    def _fill(self, key: Hashable, kept: _Kept, read: Callable[[], bytes]) -> None:
        asked_at = self._clock()
        try:
            answer = read()
        except BaseException as error:  # whatever it is, nobody may be left waiting for it
            with self._lock:
                if self._kept.get(key) is kept:
                    del self._kept[key]
            kept.answer.set_exception(error)
            raise
        kept.until = asked_at + self._seconds
        kept.answer.set_result(answer)
