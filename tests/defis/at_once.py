"""Several people in the same instant, each in a thread with a connection of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from libs.chassis.db import Database
from libs.chassis.errors import Problem
from libs.chassis.testing.waiting import PATIENCE_S

Who = TypeVar("Who")


def all_at_once(database: Database, work: Callable[[Who], Any], people: Sequence[Who]) -> list[Any]:
    """What `work` gives each of `people`, all having begun in the same instant; the code of what was refused."""
    connected, start = Barrier(len(people)), Barrier(len(people))

    def run(who: Who) -> Any:
        # Opening a connection takes longer than the work: without this, they would come one after the other.
        with database.autocommit() as connection:
            connection.execute("SELECT 1")
            connected.wait(PATIENCE_S)
        start.wait(PATIENCE_S)
        try:
            return work(who)
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(len(people)) as threads:
        return list(threads.map(run, people))
