"""The same system with a RabbitMQ named in its environment: facts cross the broker, nothing else changes."""

from __future__ import annotations

import signal
from pathlib import Path

import kombu
import psycopg

from libs.chassis.testing.waiting import eventually
from tests.local.system import System, post, status


def test_facts_cross_the_broker_and_every_outbox_empties(tmp_path: Path, broker_url: str) -> None:
    data = tmp_path / "data"
    with System(data, MAILLAGE_BUS_URL=broker_url, MAILLAGE_OPERATORS="op1,op2") as system:
        url = system.wait_until_ready()
        # The first token asked for makes identity's first key, whose public half every service is told.
        assert post(f"{url}/api/identity/v1/visitors", {}) == 201
        eventually(lambda: all(service["outbox"] == 0 for service in status(data)["services"].values()))
        eventually(lambda: handled(data, system) == [("keep-keys", "done")])
        with kombu.Connection(broker_url) as connection:
            for mailbox in ("coalition.consultation", "coalition.notifications", "op1.defis", "op2.defis"):
                declared = connection.default_channel.queue_declare(mailbox, passive=True)
                assert (mailbox, declared.consumer_count) == (mailbox, 1)
        assert system.end(signal.SIGTERM) == 0


def handled(data: Path, system: System) -> list[tuple[object, ...]]:
    """What consultation's inbox has dealt with."""
    environ = Path(f"/proc/{system.child('deploy.local.worker')}/environ").read_text().split("\0")
    (address,) = [
        line.partition("=")[2] for line in environ if line.startswith("MAILLAGE_CONSULTATION_DATABASE_URL=")
    ]
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT DISTINCT consumer, status FROM inbox").fetchall()
