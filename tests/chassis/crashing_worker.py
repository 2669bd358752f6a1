"""A worker process that kills itself with SIGKILL at a chosen point, for `test_sigkill.py`.

The point is named by a stage and a count: the process dies the count-th time it comes by. The stages wrap the real
relay, inbox and handler from outside; the code under test is the one that ships.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import wraps
from typing import Any

from sqlalchemy.orm import Session

from libs.chassis.bus import Bus
from libs.chassis.inbox import Consumer, Inbox
from libs.chassis.mail import Mailer, MailSettings
from libs.chassis.rabbitmq import RabbitBus, RabbitPublisher
from libs.chassis.relay import Relay
from libs.chassis.worker import Worker, run_workers, stop_on_signals
from tests.chassis.ledger import EntryMade, bus_at, copy_entry, ledger, mirror

STAGES = (
    "before publishing",
    "after publishing",
    "after removing",
    "before storing",
    "in the handler",
    "after storing",
    "after acknowledging",
)


def run(bus_url: str, ledger_url: str, mirror_url: str, stage: str = "", count: int = 0) -> None:
    """Run the ledger's and the mirror's worker until SIGTERM, or until the point is reached."""
    fuse = _fuse(stage, count)
    _wrap(Relay, "relay_batch", after=fuse("after removing"))
    _wrap(Inbox, "receive", before=fuse("before storing"), after=fuse("after storing"))
    bus = bus_at(bus_url)
    publisher = RabbitPublisher if isinstance(bus, RabbitBus) else type(bus)
    _wrap(publisher, "publish", before=fuse("before publishing"), after=fuse("after publishing"))
    _wrap_acknowledge(fuse("after acknowledging"))
    in_handler = fuse("in the handler")

    def handle(session: Session, made: EntryMade) -> None:
        copy_entry(session, made)
        in_handler()

    _run_until_stopped(bus, ledger_url, mirror_url, Consumer(name="copy", event=EntryMade, handle=handle))


def _run_until_stopped(bus: Bus, ledger_url: str, mirror_url: str, consumer: Consumer) -> None:
    workers = [
        Worker(database=mirror(mirror_url), bus=bus, consumers=[consumer]),
        Worker(database=ledger(ledger_url), bus=bus),
    ]
    run_workers(workers, stop_on_signals())


def run_mailer(url: str, smtp_url: str, count: int) -> None:
    """Send the ledger's mails; die after the `count`-th was handed over and before it is forgotten. 0: never."""
    _wrap(Mailer, "_hand_over", after=_fuse("handed over", count)("handed over"))
    stop = stop_on_signals()
    Mailer(ledger(url), MailSettings(url=smtp_url, sender="m@maillage.example")).run(stop)


def _fuse(stage: str, count: int) -> Callable[[str], Callable[[], None]]:
    left = [count]

    def at(here: str) -> Callable[[], None]:
        def burn() -> None:
            if here == stage:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        return burn

    return at


def _nothing() -> None:
    """No fuse here."""


def _wrap(
    cls: type, method: str, *, before: Callable[[], None] = _nothing, after: Callable[[], None] = _nothing
) -> None:
    real = getattr(cls, method)

    @wraps(real)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        before()
        result = real(*args, **kwargs)
        after()
        return result

    setattr(cls, method, wrapped)


def _wrap_acknowledge(after: Callable[[], None]) -> None:
    from libs.chassis import rabbitmq

    real = rabbitmq._acknowledge

    def wrapped(*args: Any) -> None:
        real(*args)
        after()

    rabbitmq._acknowledge = wrapped
