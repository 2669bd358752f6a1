"""The coalition's exchanges, queues and bindings, as RabbitMQ loads them before it lets anybody in.

A fact that is published before a queue is bound to its type is nobody's. Workers declare their own queue at each start;
this covers the first one, when a service may speak before another has listened once. `definitions/10-topology.json` is
written from the consumers by `python -m deploy.rabbitmq.topology`; a test compares the two. An operator's queue is made
by its own worker: before that nobody has anything to tell it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from libs.chassis.inbox import Consumer
from libs.chassis.rabbitmq import (
    DEAD_EXCHANGE,
    DEAD_QUEUE,
    DEAD_QUEUE_ARGUMENTS,
    EXCHANGE,
    MAILBOX_ARGUMENTS,
)
from services.consultation.worker import consumers as consultation
from services.identity.worker import consumers as identity
from services.notifications.worker import consumers as notifications

FILE = Path(__file__).parent / "definitions" / "10-topology.json"
VHOST = "maillage"
MAILBOXES = {
    "coalition.identity": identity,
    "coalition.consultation": consultation,
    "coalition.notifications": notifications,
}


def topology() -> dict[str, Any]:
    """What RabbitMQ's `load_definitions` reads."""
    mailboxes = {name: _types(consumers) for name, consumers in MAILBOXES.items() if consumers}
    return {
        "vhosts": [{"name": VHOST}],
        "exchanges": [_exchange(EXCHANGE, "topic"), _exchange(DEAD_EXCHANGE, "fanout")],
        "queues": [
            _queue(DEAD_QUEUE, DEAD_QUEUE_ARGUMENTS),
            *(_queue(name, MAILBOX_ARGUMENTS) for name in mailboxes),
        ],
        "bindings": [
            _binding(DEAD_EXCHANGE, DEAD_QUEUE, ""),
            *(_binding(EXCHANGE, name, key) for name, types in mailboxes.items() for key in types),
        ],
    }


def _types(consumers: Iterable[Consumer]) -> list[str]:
    return sorted({consumer.binding for consumer in consumers})


def _exchange(name: str, kind: str) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": VHOST,
        "type": kind,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def _queue(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "vhost": VHOST, "durable": True, "auto_delete": False, "arguments": arguments}


def _binding(exchange: str, queue: str, key: str) -> dict[str, Any]:
    return {
        "source": exchange,
        "vhost": VHOST,
        "destination": queue,
        "destination_type": "queue",
        "routing_key": key,
        "arguments": {},
    }


def as_text() -> str:
    """The file's content."""
    return json.dumps(topology(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(as_text())
