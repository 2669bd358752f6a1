"""The worker half of every service: what happens after the request, in loops that come back by themselves.

Relay, consumer, retries, jobs and mail are one loop each, in one thread each. A loop that fails, because the database
or the bus went away, is started again with a growing delay; so processes may start in any order. On SIGTERM each loop
finishes what it has in hand and ends.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from threading import Event as Flag
from threading import Thread

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from libs.chassis import metrics
from libs.chassis.bus import Bus, BusUnavailable
from libs.chassis.db import Database
from libs.chassis.figures import Figure
from libs.chassis.health import Check
from libs.chassis.inbox import Consumer, Inbox, forget_old_mail
from libs.chassis.jobs import Job, Jobs
from libs.chassis.limits import forget_old_counts
from libs.chassis.mail import Mailer, MailSettings
from libs.chassis.migrations import SchemaBehind
from libs.chassis.rabbitmq import RabbitBus
from libs.chassis.relay import Relay

log = structlog.get_logger()

Loop = Callable[[Flag], None]
_LONGEST_DELAY = 15.0
_LONGEST_WAIT = 4.0
_RETRY_TICK = 0.5

_HOUSEKEEPING = (
    Job(name="forget-old-inbox-rows", every=timedelta(hours=6), run=forget_old_mail),
    Job(name="forget-old-counts", every=timedelta(hours=1), run=forget_old_counts),
)


class Worker:
    """Everything one service does outside requests."""

    def __init__(
        self,
        *,
        database: Database,
        bus: Bus,
        consumers: Sequence[Consumer] = (),
        jobs: Sequence[Job] = (),
        mail: MailSettings | None = None,
        figures: Sequence[Figure] = (),
    ) -> None:
        self.name = f"{database.owner}-{database.service}"
        self.database = database
        self.bus = bus
        self.inbox = Inbox(database, consumers)
        self.figures = figures
        self._scheduled = [*jobs, *_HOUSEKEEPING]
        self._jobs = Jobs(database, self._scheduled)
        self._relay = Relay(database, bus)
        self._mailer = Mailer(database, mail) if mail else None
        for consumer in consumers:
            # Known to Prometheus from the start: it cannot see an increase from nothing to one.
            metrics.HANDLED.labels(database.service, database.owner, consumer.name, "dead")
        bus.attach(self.inbox)

    @property
    def job_names(self) -> list[str]:
        """What it runs by the clock."""
        return [job.name for job in self._scheduled]

    def loops(self) -> Iterator[tuple[str, Loop]]:
        """The name and body of each loop."""
        yield "relay", self._relay.run
        yield "jobs", self._jobs.run
        yield "retries", self._retry
        if self.inbox.bindings:
            yield "consumer", lambda stop: self.bus.consume(self.inbox, stop)
        if self._mailer:
            yield "mail", self._mailer.run

    def checks(self) -> dict[str, Check]:
        """What `/readyz` asks of this worker."""
        return {f"{self.name}-database": self.database.ping, "bus": self.bus.ping}

    def _retry(self, stop: Flag) -> None:
        while not stop.is_set():
            if not self.inbox.retry_next():
                stop.wait(_RETRY_TICK)


def wait_for(what: str, attempt: Callable[[], None], stop: Flag) -> None:
    """Try until `attempt` finds what it needs of database and bus, with a growing delay, or until `stop` is set."""
    delay = 0.25
    while not stop.is_set():
        try:
            attempt()
            return
        except (BusUnavailable, SchemaBehind, SQLAlchemyError, psycopg.Error) as error:
            log.warning(f"waiting for {what}", error=f"{type(error).__name__}: {error}", again_in=delay)
            stop.wait(delay)
            delay = min(delay * 2, _LONGEST_WAIT)


def declare_mailboxes(workers: Sequence[Worker], stop: Flag) -> None:
    """Make every service's queue before anything is published: a fact that finds no queue is nobody's.

    Waits for the broker as long as it takes, or until `stop` is set.
    """
    for worker in workers:
        if isinstance(worker.bus, RabbitBus) and worker.inbox.bindings:
            wait_for("the broker", partial(worker.bus.declare, worker.inbox), stop)


def run_workers(workers: Sequence[Worker], stop: Flag) -> None:
    """Run the loops of all `workers` until `stop` is set and each has finished what it had in hand."""
    threads = [
        Thread(target=_keep_running, args=(f"{worker.name}-{name}", loop, stop), name=f"{worker.name}-{name}")
        for worker in workers
        for name, loop in worker.loops()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def stop_on_signals() -> Flag:
    """A flag that SIGTERM and SIGINT set."""
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def _keep_running(name: str, loop: Loop, stop: Flag) -> None:
    delay = 0.25
    while not stop.is_set():
        began = time.monotonic()
        try:
            loop(stop)
        except Exception as error:  # noqa: BLE001 - logged, and the loop comes back: that is its contract
            if time.monotonic() - began > _LONGEST_DELAY:
                delay = 0.25  # it ran well: this is a new trouble, not the old one still
            metrics.LOOP_STOPS.labels(name).inc()
            log.warning("loop stopped", loop=name, error=f"{type(error).__name__}: {error}", again_in=delay)
            stop.wait(delay)
            delay = min(delay * 2, _LONGEST_DELAY)
