"""The worker process: relay, consumers, jobs and mail of every service, on one bus."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from threading import Event as Flag
from typing import Any

import structlog

from deploy.local import settings
from libs.chassis.bus import Bus, BusUnavailable
from libs.chassis.db import Database
from libs.chassis.embedded import EmbeddedBus
from libs.chassis.health import serve_internal
from libs.chassis.logs import configure_logs
from libs.chassis.rabbitmq import RabbitBus
from libs.chassis.worker import Worker, run_workers, stop_on_signals
from services.consultation.settings import ConsultationSettings
from services.consultation.worker import create_worker as create_consultation
from services.defis.worker import create_worker as create_defis
from services.identity.settings import IdentitySettings
from services.identity.worker import create_worker as create_identity
from services.notifications.settings import NotificationsSettings
from services.notifications.worker import create_worker as create_notifications

log = structlog.get_logger()


def create_workers(environ: Mapping[str, str]) -> list[Worker]:
    """One worker for each service of each owner, attached to the same bus."""
    identity, consultation, notifications = settings.read(
        environ, IdentitySettings, ConsultationSettings, NotificationsSettings
    )
    bus = open_bus(identity.bus_url)

    def worker(create: Callable[..., Worker], its: Any, name: str) -> Worker:
        return create(its, Database(its.database_url, service=name, owner=its.owner), bus)

    return [
        worker(create_identity, identity, "identity"),
        worker(create_consultation, consultation, "consultation"),
        worker(create_notifications, notifications, "notifications"),
        *(worker(create_defis, its, "defis") for its in settings.read_defis(environ)),
    ]


def open_bus(url: str) -> Bus:
    """The embedded bus, unless the environment names a broker."""
    return EmbeddedBus() if url == "embedded://" else RabbitBus(url)


def declare_mailboxes(workers: Sequence[Worker], stop: Flag) -> None:
    """Make every service's queue before anything is published: a fact that finds no queue is nobody's.

    Waits for the broker as long as it takes, or until `stop` is set.
    """
    waiting = [
        (worker.bus, worker.inbox)
        for worker in workers
        if isinstance(worker.bus, RabbitBus) and worker.inbox.bindings
    ]
    while waiting and not stop.is_set():
        bus, mailbox = waiting[-1]
        try:
            bus.declare(mailbox)
            waiting.pop()
        except BusUnavailable as error:
            log.warning("waiting for the broker", error=str(error))
            stop.wait(1)


def main() -> None:
    """Run until SIGTERM, finish what is in hand, end."""
    configure_logs("worker")
    stop = stop_on_signals()
    workers = create_workers(os.environ)
    checks = {name: check for worker in workers for name, check in worker.checks().items()}
    server = serve_internal(os.environ.get("MAILLAGE_INTERNAL_ADDRESS", "127.0.0.1:0"), checks)
    declare_mailboxes(workers, stop)
    run_workers(workers, stop)
    server.shutdown()


if __name__ == "__main__":
    main()
