"""What is told of a request once it is answered: always a metric, sometimes a line of log."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from libs.chassis import metrics

log = structlog.get_logger()

SLOW = 0.5
"""Seconds from which a request is worth a line of log though it went well."""


@dataclass(frozen=True, slots=True)
class Observer:
    """Tells of the requests of one service. By route template and never by address: addresses name people's objects.

    Metrics count them all. The log has those that were refused, failed or took long: a line for each of a crowd's
    votes would be a fifth of what a vote costs, and would say when each was cast.
    """

    service: str
    owner: str

    def tell(self, method: str, route: str, status: int, elapsed: float) -> None:
        """A request to `route` was answered with `status` after `elapsed` seconds."""
        metrics.REQUESTS.labels(self.service, self.owner, method, route, str(status)).observe(elapsed)
        if status >= 400 or elapsed >= SLOW:
            log.info("request", method=method, route=route, status=status, ms=round(elapsed * 1e3))
