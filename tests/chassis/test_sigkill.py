"""A worker killed at any moment between commit, publish and acknowledge loses nothing and doubles nothing."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from libs.chassis.db import Database
from libs.chassis.mail import Mail, queue_mail
from libs.chassis.rabbitmq import RabbitBus
from libs.chassis.testing.waiting import PATIENCE_S, eventually
from libs.chassis.worker import Worker
from tests.chassis import crashing_worker
from tests.chassis.ledger import copies, make_entry, rows
from tests.chassis.mirrors import consumer

POINTS = 60
ACCOUNTS = ("a", "b", "c")

# Processes are forked from a server that has imported everything, so that sixty of them take seconds, not minutes.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.chassis.crashing_worker"])


def started(target: Callable[..., None], *args: Any) -> ForkServerProcess:
    process = processes.Process(target=target, args=args)
    process.start()
    return process


def seeded_points(seed: int, stages: tuple[str, ...]) -> list[tuple[str, int]]:
    chance = random.Random(seed)
    points = [(stages[number % len(stages)], chance.randint(1, 3)) for number in range(POINTS)]
    chance.shuffle(points)
    return points


def test_a_worker_killed_at_sixty_points_loses_and_doubles_no_row_and_keeps_order(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    stages = crashing_worker.STAGES if bus_url.startswith("amqp") else crashing_worker.STAGES[:-1]
    if bus_url.startswith("amqp"):
        # The mirror has lived before: its queue stands, whatever dies from now on.
        RabbitBus(bus_url).declare(
            Worker(database=mirror_database, bus=RabbitBus(bus_url), consumers=[consumer()]).inbox
        )
    chance = random.Random(20260201)
    urls = (bus_url, ledger_database.url, mirror_database.url)
    made: dict[str, int] = dict.fromkeys(ACCOUNTS, 0)
    for stage, count in seeded_points(20260201, stages):
        process = started(crashing_worker.run, *urls, stage, count)
        # Entries keep coming until the worker dies of it: some before its point, some while it is dying.
        while process.is_alive():
            account = chance.choice(ACCOUNTS)
            made[account] = make_entry(ledger_database, account)
            process.join(0.01)
        assert process.exitcode == -signal.SIGKILL, f"it was to die {stage}, the {count}th time"
        process.close()

    survivor = started(crashing_worker.run, *urls)
    eventually(lambda: sum(map(len, copies(mirror_database).values())) >= sum(made.values()))
    eventually(lambda: rows(ledger_database, "SELECT count(*) FROM outbox") == [(0,)])
    survivor.terminate()
    survivor.join(PATIENCE_S)
    assert survivor.exitcode == 0
    assert copies(mirror_database) == {
        account: list(range(1, number + 1)) for account, number in made.items()
    }
    assert rows(ledger_database, "SELECT count(*) FROM journal") == [(sum(made.values()),)]


class Catcher:
    """A mail server that keeps the Message-ID of what it takes."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content.decode() if isinstance(envelope.content, bytes) else str(envelope.content)
        (message_id,) = [line for line in content.splitlines() if line.startswith("Message-ID:")]
        self.taken.append(message_id)
        return "250 taken"


@pytest.fixture
def catcher(ledger_database: Database) -> Any:
    """A mail server on a free port."""
    from libs.chassis.children import free_port

    handler = Catcher()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield handler, f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def test_a_mail_is_sent_at_least_once_and_always_under_the_same_message_id(
    ledger_database: Database, catcher: tuple[Catcher, str]
) -> None:
    handler, smtp_url = catcher
    for number in range(6):
        with ledger_database.transaction() as session:
            mail = Mail(
                to=f"p{number}@example.org", subject="Bonjour", text="Bonjour.", html="<p>Bonjour.</p>"
            )
            queue_mail(session, mail, sender="Maillage <m@maillage.example>")
    for count in (1, 2, 1):
        process = started(crashing_worker.run_mailer, ledger_database.url, smtp_url, count)
        process.join(PATIENCE_S)
        assert process.exitcode == -signal.SIGKILL
    survivor = started(crashing_worker.run_mailer, ledger_database.url, smtp_url, 0)
    eventually(lambda: rows(ledger_database, "SELECT count(*) FROM mail") == [(0,)])
    survivor.terminate()
    survivor.join(PATIENCE_S)
    assert len(set(handler.taken)) == 6
    assert len(handler.taken) == 6 + 3


def test_two_workers_at_once_take_turns_and_keep_order(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    if bus_url.startswith("amqp"):
        RabbitBus(bus_url).declare(
            Worker(database=mirror_database, bus=RabbitBus(bus_url), consumers=[consumer()]).inbox
        )
    urls = (bus_url, ledger_database.url, mirror_database.url)
    pair = [started(crashing_worker.run, *urls) for _ in range(2)]
    for number in range(60):
        make_entry(ledger_database, ACCOUNTS[number % 3])
        if number == 30:
            pair[0].kill()
        time.sleep(0.005)
    eventually(lambda: sum(map(len, copies(mirror_database).values())) == 60)
    for process in pair:
        process.terminate()
        process.join(PATIENCE_S)
    assert copies(mirror_database) == {account: list(range(1, 21)) for account in ACCOUNTS}
