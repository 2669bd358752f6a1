"""What Prometheus sees of any service. Metrics are module-level and labelled by service and owner.

A process that runs several web workers sets `PROMETHEUS_MULTIPROC_DIR` before anything is imported; the page is
then merged over them.
"""

from __future__ import annotations

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Histogram(
    "maillage_http_request_duration_seconds",
    "Time to answer a request, by route template.",
    ["service", "owner", "method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
RELAYED = Counter(
    "maillage_outbox_relayed_total", "Events published and confirmed by the bus.", ["service", "owner"]
)
HANDLED = Counter(
    "maillage_inbox_handled_total",
    "Events that a consumer dealt with, by what became of them (done, retry, dropped, dead).",
    ["service", "owner", "consumer", "outcome"],
)
UNREADABLE = Counter(
    "maillage_inbox_unreadable_total", "Messages that could not be stored at all.", ["service", "owner"]
)
JOB_LATENESS = Gauge(
    "maillage_job_lateness_seconds",
    "How long after its due time a scheduled job started, last run.",
    ["service", "owner", "job"],
    multiprocess_mode="max",
)
JOB_FAILURES = Counter(
    "maillage_job_failures_total", "Runs of a scheduled job that failed.", ["service", "owner", "job"]
)
MAILS = Counter("maillage_mails_total", "Mails handed over, by outcome.", ["service", "owner", "outcome"])
LOOP_STOPS = Counter(
    "maillage_worker_loop_stops_total",
    "Times that a loop of a worker (relay, consumer, …) stopped on an error and was started again.",
    ["loop"],
)
POOL_IN_USE = Gauge(
    "maillage_database_pool_in_use",
    "Connections to the database that a thread holds, over all workers of a web process.",
    ["service", "owner"],
    multiprocess_mode="livesum",
)


def render() -> bytes:
    """The metrics page in Prometheus' text format."""
    registry: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return bytes(generate_latest(registry))
