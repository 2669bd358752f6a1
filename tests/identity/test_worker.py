"""What happens after the request: mail leaves, facts are relayed, keys rotate, what has expired goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from threading import Event as Flag
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import text

from libs.chassis.children import free_port
from libs.chassis.embedded import EmbeddedBus
from libs.chassis.testing.waiting import PATIENCE_S, eventually
from services.identity.worker import create_worker
from tests.identity.conftest import Identity


class Mailbox:
    """What a mail server was given."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.came = Flag()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's own name
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.came.set()
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    """A mail server and its address."""
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    yield box, f"smtp://127.0.0.1:{server.port}"
    server.stop()


def count(identity: Identity, table: str) -> int:
    with identity.database.transaction() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_the_worker_sends_the_mail_relays_the_facts_and_stops_when_asked(identity, identity_url, mailbox):
    box, address = mailbox
    service = Identity(identity_url, smtp_url=address)
    identity.sign_in("ana@exemple.fr")
    sent = identity.mails()[0]
    assert count(identity, "outbox") == 3  # the first key, the new person, how to write to them
    worker = create_worker(service.settings, service.database, EmbeddedBus())
    stop = Flag()
    threads = [Thread(target=loop, args=(stop,)) for _name, loop in worker.loops()]
    for thread in threads:
        thread.start()
    try:
        eventually(box.came.is_set)
        eventually(lambda: not count(identity, "outbox") and not count(identity, "mail"))
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE_S)
        service.database.close()
    assert not any(thread.is_alive() for thread in threads)
    assert [message["To"] for message in box.messages] == ["ana@exemple.fr"]
    assert box.messages[0]["Message-ID"] == sent.message["Message-ID"]
    assert sent.token in box.messages[0].get_body(("plain",)).get_content()
    assert (count(identity, "mail"), count(identity, "outbox"), count(identity, "journal")) == (0, 0, 1)


def test_the_job_of_the_keys_announces_the_next_one_in_time(identity):
    identity.call("POST", "/v1/visitors")
    identity.run_job("rotate-keys", datetime.now(UTC) + timedelta(days=89.5))
    assert count(identity, "signing_key") == 2
    assert len(identity.events("keys_rotated")) == 2
