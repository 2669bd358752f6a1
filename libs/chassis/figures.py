"""What Prometheus is told of a database's state: counted in the database, when it asks.

A counter of what a process did is silent about what it should have done: the age of an outbox is known even when its
relay hangs. A worker answers these; where several of one service run, each says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import psycopg
import structlog
from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from libs.chassis import metrics
from libs.chassis.db import Database

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure. `sql` gives rows of its labels, in order, then its value; `%(jobs)s` is the worker's jobs.

    It runs at every scrape: an index must carry it.
    """

    name: str
    help: str
    sql: str
    labels: tuple[str, ...] = ()
    kind: Literal["gauge", "counter"] = "gauge"


OUTBOX_WAITING = Figure(
    name="maillage_outbox_waiting",
    help="Events that the bus has not confirmed.",
    sql="SELECT count(*) FROM outbox",
)
OUTBOX_AGE = Figure(
    name="maillage_outbox_oldest_age_seconds",
    help="Age of the oldest event that the bus has not confirmed.",
    sql="""
        SELECT coalesce(extract(epoch FROM now() - (SELECT recorded_at FROM outbox ORDER BY position LIMIT 1)), 0)
    """,
)
INBOX_WAITING = Figure(
    name="maillage_inbox_waiting",
    help="Events stored for a consumer and not dealt with yet.",
    labels=("consumer",),
    sql="SELECT consumer, count(*) FROM inbox WHERE status = 'waiting' GROUP BY consumer",
)
MAIL_WAITING = Figure(
    name="maillage_mails_waiting",
    help="Mails that no mail server has taken yet.",
    sql="SELECT count(*) FROM mail",
)
MAIL_AGE = Figure(
    name="maillage_mails_oldest_age_seconds",
    help="Age of the oldest mail that no mail server has taken yet.",
    sql="SELECT coalesce(extract(epoch FROM now() - min(queued_at)), 0) FROM mail",
)
JOB_OVERDUE = Figure(
    name="maillage_job_overdue_seconds",
    help="For how long a scheduled job has been due without running.",
    labels=("job",),
    sql="SELECT name, greatest(0, extract(epoch FROM now() - next_run)) FROM job WHERE name = ANY(%(jobs)s)",
)
OF_EVERY_SERVICE = (OUTBOX_WAITING, OUTBOX_AGE, INBOX_WAITING, MAIL_WAITING, MAIL_AGE, JOB_OVERDUE)


class Counted(Protocol):
    """Whose database is counted in (`worker.Worker`)."""

    @property
    def database(self) -> Database:
        """Where its tables are."""

    @property
    def figures(self) -> Sequence[Figure]:
        """What is counted besides what every service has."""

    @property
    def job_names(self) -> Sequence[str]:
        """What it runs by the clock."""


class Figures(Collector):
    """The figures of all workers of a process: one family for each name, whatever the number of services."""

    def __init__(self, workers: Sequence[Counted]) -> None:
        self._workers = workers

    def describe(self) -> list[Any]:
        """Nothing: asking the database while this is registered would be too early."""
        return []

    def collect(self) -> Iterator[Any]:
        """Count everything. A database that does not answer is left out; `/readyz` names it."""
        families: dict[str, Any] = {}
        for worker in self._workers:
            try:
                self._count(worker, families)
            except (SQLAlchemyError, psycopg.Error) as error:
                log.warning(
                    "figures not counted", service=worker.database.service, error=type(error).__name__
                )
        yield from families.values()

    def _count(self, worker: Counted, families: dict[str, Any]) -> None:
        its = worker.database
        with its.autocommit() as connection:
            for figure in (*OF_EVERY_SERVICE, *worker.figures):
                family = families.setdefault(figure.name, _family(figure))
                for *labels, value in connection.execute(figure.sql, {"jobs": list(worker.job_names)}):
                    family.add_metric([its.service, its.owner, *map(str, labels)], float(value))


def _family(figure: Figure) -> Any:
    make = CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily
    return make(figure.name, figure.help, labels=["service", "owner", *figure.labels])


def expose_figures(workers: Sequence[Counted]) -> None:
    """Have the metrics page of this process hold the figures of `workers`."""
    REGISTRY.register(Figures(workers))


def watch_pool(database: Database) -> None:
    """Count the connections that are out of the pool of `database`, in this process."""
    in_use = metrics.POOL_IN_USE.labels(database.service, database.owner)
    event.listen(database.engine, "checkout", lambda *_: in_use.inc())
    event.listen(database.engine, "checkin", lambda *_: in_use.dec())
