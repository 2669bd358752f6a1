"""What runs by the clock. One worker of many runs each job, because it holds the job's row while it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event as Flag

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.chassis import metrics
from libs.chassis.db import Database
from libs.chassis.trace import traced

log = structlog.get_logger()

_TICK = 1.0
_AFTER_FAILURE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work done every so often in one transaction. `run` receives the session and the time; it is idempotent."""

    name: str
    every: timedelta
    run: Callable[[Session, datetime], None]


class Jobs:
    """The scheduled jobs of one service."""

    def __init__(self, database: Database, jobs: Sequence[Job]) -> None:
        self._database = database
        self._jobs = {job.name: job for job in jobs}

    def run(self, stop: Flag) -> None:
        """Run what is due, second after second, until `stop` is set."""
        self._enrol()
        while not stop.is_set():
            if not self.run_next(datetime.now(UTC)):
                stop.wait(_TICK)

    def run_next(self, now: datetime) -> bool:
        """Run the job that is due first, if any is. A failure is logged, counted and tried again in a minute."""
        with self._database.transaction() as session:
            row = session.execute(_DUE, {"names": list(self._jobs), "now": now}).one_or_none()
            if row is None:
                return False
            job = self._jobs[row.name]
            labels = (self._database.service, self._database.owner, job.name)
            metrics.JOB_LATENESS.labels(*labels).set((now - row.next_run).total_seconds())
            next_run, error = now + job.every, None
            with traced():
                try:
                    with session.begin_nested():
                        job.run(session, now)
                except Exception as failure:
                    metrics.JOB_FAILURES.labels(*labels).inc()
                    log.exception("job failed", job=job.name)
                    next_run, error = (
                        now + min(job.every, _AFTER_FAILURE),
                        f"{type(failure).__name__}: {failure}",
                    )
            session.execute(_RAN, {"name": job.name, "now": now, "next_run": next_run, "error": error})
        return True

    def _enrol(self) -> None:
        with self._database.transaction() as session:
            for name in self._jobs:
                session.execute(_ENROL, {"name": name})


_ENROL = text("INSERT INTO job (name, next_run) VALUES (:name, now()) ON CONFLICT (name) DO NOTHING")
_DUE = text(
    """
    SELECT name, next_run FROM job WHERE name = ANY(:names) AND next_run <= :now
    ORDER BY next_run LIMIT 1 FOR UPDATE SKIP LOCKED
    """
)
_RAN = text("UPDATE job SET last_run = :now, next_run = :next_run, last_error = :error WHERE name = :name")
