"""The bus without a broker: what one service records is stored straight into the others' inboxes.

For everything on one machine: all services run in one worker process, each with its own database. A message is
confirmed once every mailbox that wants it has stored it, so a crash in between only means that it is handed over
again, and a consumer that fails holds back nobody: its mailbox has stored the message all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event as Flag
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from libs.chassis.bus import BusUnavailable, Mailbox, Message, matches


class EmbeddedBus:
    """Delivers in process, to the mailboxes attached to it."""

    def __init__(self) -> None:
        self._mailboxes: list[Mailbox] = []

    def attach(self, mailbox: Mailbox) -> None:
        """Deliver to `mailbox` from now on."""
        self._mailboxes.append(mailbox)

    def publisher(self) -> EmbeddedBus:
        """The bus publishes by itself."""
        return self

    def publish(self, messages: Sequence[Message]) -> set[UUID]:
        """Store each message in every mailbox that wants it."""
        for mailbox in self._mailboxes:
            bodies = [
                message.body
                for message in messages
                if any(matches(binding, message.type) for binding in mailbox.bindings)
            ]
            if not bodies:
                continue
            try:
                mailbox.receive(bodies)
            except SQLAlchemyError as error:
                raise BusUnavailable(f"{mailbox.name} cannot store") from error
        return {message.event_id for message in messages}

    def consume(self, mailbox: Mailbox, stop: Flag) -> None:
        """Nothing to fetch: publishers hand messages over."""
        stop.wait()

    def ping(self) -> None:
        """Always there."""

    def close(self) -> None:
        """Nothing is held."""
