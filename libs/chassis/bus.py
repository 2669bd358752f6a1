"""The bus, as services see it: a small port with two backends.

`rabbitmq.py` is for production, `embedded.py` for everything on one machine. Both give the same promises, checked by
one contract-test suite: at least once, in order for each subject, nothing lost when a process dies at any moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event as Flag
from typing import Protocol
from uuid import UUID


class BusUnavailable(Exception):
    """The bus does not answer, or did not confirm in time. What was handed over may or may not have gone out."""


@dataclass(frozen=True, slots=True)
class Message:
    """An event ready to go: its id, its type (the routing key) and its envelope as JSON."""

    event_id: UUID
    type: str
    body: str
    traceparent: str = ""


class Mailbox(Protocol):
    """Where messages for one service arrive (`inbox.Inbox`)."""

    @property
    def name(self) -> str:
        """Unique on the bus, e.g. `coalition.consultation`; RabbitMQ's queue has this name."""

    @property
    def bindings(self) -> Sequence[str]:
        """The types it wants: routing keys, in which `*` stands for any one owner."""

    def receive(self, bodies: Sequence[bytes | str], keys: Sequence[str] | None = None) -> Sequence[bool]:
        """Store what came, durably, before returning. False marks what could not be read at all.

        `keys` are the routing keys they came under, which the broker allowed their publisher: an event of another type
        is a forgery.
        """


class Publisher(Protocol):
    """One open way to the bus."""

    def publish(self, messages: Sequence[Message]) -> set[UUID]:
        """Publish in order; returns the ids the bus has taken charge of. Raises `BusUnavailable`."""

    def close(self) -> None:
        """Let go of it."""


class Bus(Protocol):
    """A way to publish and to be delivered to."""

    def publisher(self) -> Publisher:
        """Open a way to publish. Raises `BusUnavailable`."""

    def attach(self, mailbox: Mailbox) -> None:
        """Make the mailbox known in this process, before anything is relayed."""

    def consume(self, mailbox: Mailbox, stop: Flag) -> None:
        """Deliver to `mailbox` until `stop` is set. Raises `BusUnavailable` when the bus goes away."""

    def ping(self) -> None:
        """Raise `BusUnavailable` unless the bus answers."""


def matches(binding: str, event_type: str) -> bool:
    """Whether a routing key with `*` for any one word accepts `event_type`."""
    wanted, words = binding.split("."), event_type.split(".")
    return len(wanted) == len(words) and all(
        want in ("*", word) for want, word in zip(wanted, words, strict=True)
    )
