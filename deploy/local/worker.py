"""The worker process: relay, consumers, jobs and mail of every service, on one bus."""

from __future__ import annotations

import os
from collections.abc import Mapping

from deploy.local import settings
from libs.chassis.bus import Bus
from libs.chassis.embedded import EmbeddedBus
from libs.chassis.figures import expose_figures
from libs.chassis.health import serve_internal
from libs.chassis.logs import configure_logs
from libs.chassis.rabbitmq import RabbitBus
from libs.chassis.read_only import rest
from libs.chassis.worker import Worker, declare_mailboxes, run_workers, stop_on_signals
from services.consultation.service import SERVICE as CONSULTATION
from services.consultation.settings import ConsultationSettings
from services.defis.service import SERVICE as DEFIS
from services.identity.service import SERVICE as IDENTITY
from services.identity.settings import IdentitySettings
from services.notifications.service import SERVICE as NOTIFICATIONS
from services.notifications.settings import NotificationsSettings


def create_workers(environ: Mapping[str, str]) -> list[Worker]:
    """One worker for each service of each owner, attached to the same bus."""
    identity, consultation, notifications = settings.read(
        environ, IdentitySettings, ConsultationSettings, NotificationsSettings
    )
    bus = open_bus(identity.bus_url)
    return [
        IDENTITY.worker(identity, bus),
        CONSULTATION.worker(consultation, bus),
        NOTIFICATIONS.worker(notifications, bus),
        *(DEFIS.worker(its, bus) for its in settings.read_defis(environ)),
    ]


def open_bus(url: str) -> Bus:
    """The embedded bus, unless the environment names a broker."""
    return EmbeddedBus() if url == "embedded://" else RabbitBus(url)


def main() -> None:
    """Run until SIGTERM, finish what is in hand, end."""
    configure_logs("worker")
    stop = stop_on_signals()
    workers = create_workers(os.environ)
    checks = {name: check for worker in workers for name, check in worker.checks().items()}
    expose_figures(workers)
    server = serve_internal(os.environ.get("MAILLAGE_INTERNAL_ADDRESS", "127.0.0.1:0"), checks)
    if settings.read(os.environ, IdentitySettings)[0].read_only:
        rest(stop)
    else:
        declare_mailboxes(workers, stop)
        run_workers(workers, stop)
    server.shutdown()


if __name__ == "__main__":
    main()
