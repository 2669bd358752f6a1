"""Several people in the same instant, each in a thread with a connection of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from libs.chassis.errors import Problem

Who = TypeVar("Who")


def all_at_once(work: Callable[[Who], Any], people: Sequence[Who]) -> list[Any]:
    """What `work` gives each of `people`, all having begun in the same instant; the code of what was refused."""
    start = Barrier(len(people))

    def run(who: Who) -> Any:
        start.wait(10)
        try:
            return work(who)
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(len(people)) as threads:
        return list(threads.map(run, people))
