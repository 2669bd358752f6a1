"""Several works in the same instant, each in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any


def together(*works: Callable[[], Any]) -> list[Future[Any]]:
    """Start all works at the same moment, each in a thread; return when all have ended."""
    start = Barrier(len(works))

    def begin(work: Callable[[], Any]) -> Any:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return [threads.submit(begin, work) for work in works]
