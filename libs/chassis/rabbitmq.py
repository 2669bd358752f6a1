"""The bus over RabbitMQ: pika publishes with asynchronous confirms, kombu consumes.

One topic exchange, `bus`; one quorum queue a mailbox, with a single active consumer so that order survives several
workers. A queue's delivery limit is set far out of reach: failures are the inbox's business, and a small limit
dead-letters healthy messages that were merely prefetched by a worker that died. Only what cannot be stored at all goes
to the dead-letter queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from itertools import takewhile
from threading import Event as Flag
from threading import Thread
from typing import Any
from uuid import UUID

import kombu
import pika
import structlog
from kombu.exceptions import OperationalError

from libs.chassis.bus import BusUnavailable, Mailbox, Message
from libs.contracts.envelope import CONTENT_TYPE

log = structlog.get_logger()

EXCHANGE = "bus"
DEAD_EXCHANGE = "bus.dead"
DEAD_QUEUE = "bus.dead"
MAILBOX_ARGUMENTS = {
    "x-queue-type": "quorum",
    "x-single-active-consumer": True,
    "x-delivery-limit": 1_000_000,
    "x-dead-letter-exchange": DEAD_EXCHANGE,
}
DEAD_QUEUE_ARGUMENTS = {"x-queue-type": "quorum"}
_PREFETCH = 250
_CONFIRM_TIMEOUT = 10.0
"""Seconds. A blocked broker never confirms and never refuses; without a limit the relay would hang for ever."""
_HEARTBEAT = 30


class RabbitBus:
    """The bus at `url` (`amqp://user:password@host:port/vhost`)."""

    def __init__(self, url: str) -> None:
        self._url = url

    def attach(self, mailbox: Mailbox) -> None:
        """Nothing to do ahead: `consume` declares the queue."""

    def publisher(self) -> RabbitPublisher:
        """A connection of its own that publishes with confirms."""
        return RabbitPublisher(self._url)

    def ping(self) -> None:
        """Open and close a connection."""
        try:
            with kombu.Connection(self._url, connect_timeout=3) as connection:
                connection.connect()
        except (OSError, OperationalError, *_KOMBU_ERRORS) as error:
            raise BusUnavailable(str(error)) from error

    def declare(self, mailbox: Mailbox) -> None:
        """Make the mailbox's queue and bindings, so that nothing published from now on passes it by."""
        try:
            with kombu.Connection(self._url, connect_timeout=5) as connection:
                _declare(connection.default_channel, mailbox)
        except (OSError, OperationalError, *_KOMBU_ERRORS) as error:
            raise BusUnavailable(str(error)) from error

    def consume(self, mailbox: Mailbox, stop: Flag) -> None:
        """Store what comes, a batch in a transaction, and acknowledge it after. Stops within a second of `stop`."""
        try:
            with kombu.Connection(self._url, heartbeat=_HEARTBEAT, connect_timeout=5) as connection:
                queue = _declare(connection.default_channel, mailbox)
                pending: list[Any] = []
                consumer = kombu.Consumer(connection.default_channel, [queue], on_message=pending.append)
                consumer.qos(prefetch_count=_PREFETCH)
                # Never cancelled, only closed with its connection: once cancelled, the client sends back what still
                # comes one by one, and it would stand before the messages that came earlier and are given back later.
                consumer.consume()
                while not stop.is_set():
                    _drain(connection, pending)
                    if pending:
                        keys = [message.delivery_info["routing_key"] for message in pending]
                        bodies = [_body_of(message) for message in pending]
                        _acknowledge(pending, mailbox.receive(bodies, keys))
                        pending.clear()
        except (OSError, OperationalError, *_KOMBU_ERRORS) as error:
            raise BusUnavailable(str(error)) from error


_KOMBU_ERRORS: tuple[type[Exception], ...] = (
    *kombu.Connection("amqp://").connection_errors,
    *kombu.Connection("amqp://").channel_errors,
)


def _declare(channel: Any, mailbox: Mailbox) -> kombu.Queue:
    dead = kombu.Exchange(DEAD_EXCHANGE, "fanout", durable=True)
    kombu.Queue(DEAD_QUEUE, dead, durable=True, queue_arguments=DEAD_QUEUE_ARGUMENTS)(channel).declare()
    exchange = kombu.Exchange(EXCHANGE, "topic", durable=True)
    bindings = [kombu.binding(exchange, routing_key=key) for key in mailbox.bindings]
    queue = kombu.Queue(
        mailbox.name, exchange, bindings=bindings, durable=True, queue_arguments=MAILBOX_ARGUMENTS
    )(channel)
    exchange(channel).declare()
    queue.declare()
    return queue


def _drain(connection: kombu.Connection, pending: list[Any]) -> None:
    """Wait up to a second for a first message, then take what else has come already, up to the prefetch count.

    Messages gather by themselves while a transaction is under way; waiting for more would only add to their journey.
    """
    try:
        connection.drain_events(timeout=1)
        while len(pending) < _PREFETCH:
            connection.drain_events(timeout=0)
    except TimeoutError:
        connection.heartbeat_check()


def _body_of(message: Any) -> bytes | str:
    # A text where whoever published it named an encoding.
    return message.body if isinstance(message.body, str) else bytes(message.body)


def _acknowledge(messages: Sequence[Any], stored: Sequence[bool]) -> None:
    kept = [message for message, is_stored in zip(messages, stored, strict=True) if is_stored]
    for message, is_stored in zip(messages, stored, strict=True):
        if not is_stored:
            message.reject(requeue=False)
    if kept:
        kept[-1].ack(multiple=True)


class RabbitPublisher:
    """Publishes many messages before waiting for their confirms; pika's loop runs in a thread of its own.

    (One by one, confirms hold publishing to some 2,500 messages a second; this way it is ten times that.)
    """

    def __init__(self, url: str) -> None:
        parameters = pika.URLParameters(url)
        parameters.heartbeat = _HEARTBEAT
        parameters.socket_timeout = parameters.stack_timeout = 5
        self._ready: Future[None] = Future()
        self._batch: _Batch | None = None
        self._connection = pika.SelectConnection(
            parameters,
            on_open_callback=self._on_connection,
            on_open_error_callback=self._on_closed,
            on_close_callback=self._on_closed,
        )
        self._thread = Thread(target=self._connection.ioloop.start, name="bus-publisher", daemon=True)
        self._thread.start()
        self._wait(self._ready, 10.0)

    def publish(self, messages: Sequence[Message]) -> set[UUID]:
        """Publish all of `messages`; returns those that the broker confirmed. Raises `BusUnavailable`."""
        batch = _Batch(messages)
        self._connection.ioloop.add_callback_threadsafe(partial(self._send, batch))
        self._wait(batch.done, _CONFIRM_TIMEOUT)
        return batch.confirmed

    def close(self) -> None:
        """Close the connection and end its thread."""
        self._connection.ioloop.add_callback_threadsafe(self._shut)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._connection.ioloop.close()

    def _wait(self, future: Future[None], timeout: float) -> None:
        try:
            future.result(timeout)
        except FutureTimeout as error:
            raise BusUnavailable(f"no answer from the broker within {timeout:.0f} s") from error

    # What follows runs in the loop's thread.

    def _on_connection(self, connection: Any) -> None:
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Any) -> None:
        self._channel = channel
        self._next_tag = 1
        channel.add_on_close_callback(lambda _channel, reason: self._fail(reason))
        channel.confirm_delivery(self._on_confirm)
        channel.exchange_declare(
            EXCHANGE, "topic", durable=True, callback=lambda _frame: self._ready.set_result(None)
        )

    def _on_closed(self, connection: Any, reason: Any) -> None:
        self._fail(reason)
        connection.ioloop.stop()

    def _fail(self, reason: Any) -> None:
        for future in (self._ready, self._batch.done if self._batch else None):
            if future is not None and not future.done():
                future.set_exception(BusUnavailable(str(reason)))

    def _send(self, batch: _Batch) -> None:
        self._batch = batch
        if not self._channel.is_open:
            self._fail("the channel is closed")
            return
        for message in batch.messages:
            batch.expect(self._next_tag, message.event_id)
            self._next_tag += 1
            self._channel.basic_publish(EXCHANGE, message.type, message.body.encode(), _properties(message))
        batch.settle()

    def _on_confirm(self, frame: Any) -> None:
        if self._batch is not None:
            taken = isinstance(frame.method, pika.spec.Basic.Ack)
            self._batch.answer(frame.method.delivery_tag, frame.method.multiple, taken)

    def _shut(self) -> None:
        if self._connection.is_open:
            self._connection.close()
        else:
            self._connection.ioloop.stop()


class _Batch:
    """Messages on their way, and what the broker has said of each."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = messages
        self.confirmed: set[UUID] = set()
        self.done: Future[None] = Future()
        self._unanswered: dict[int, UUID] = {}

    def expect(self, tag: int, event_id: UUID) -> None:
        self._unanswered[tag] = event_id

    def answer(self, tag: int, multiple: bool, taken: bool) -> None:
        # Tags rise in publishing order, and so do the keys of the dictionary: only those answered are looked at.
        tags = list(takewhile(lambda known: known <= tag, self._unanswered)) if multiple else [tag]
        for known in tags:
            event_id = self._unanswered.pop(known, None)
            if event_id is not None and taken:
                self.confirmed.add(event_id)
        self.settle()

    def settle(self) -> None:
        if not self._unanswered and not self.done.done():
            self.done.set_result(None)


def _properties(message: Message) -> Any:
    return pika.BasicProperties(
        content_type=CONTENT_TYPE,
        delivery_mode=pika.DeliveryMode.Persistent,
        message_id=str(message.event_id),
        type=message.type,
        headers={"traceparent": message.traceparent} if message.traceparent else None,
    )
