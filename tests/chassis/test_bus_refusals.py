"""What arrives and is no event, not understood or not to be believed: it changes nothing, and the rest goes on."""

from __future__ import annotations

import kombu
import pytest

from libs.chassis.db import Database
from libs.chassis.inbox import Consumer, Inbox
from libs.chassis.testing.waiting import eventually
from tests.chassis.ledger import EntryMade, copies, copy_entry, make_entry
from tests.chassis.mirrors import consumer, envelope_of, handed_over, running, statuses, total


def test_an_event_whose_data_does_not_fit_is_dead_and_names_the_field(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    envelope = envelope_of(EntryMade(account="a", number=1), data={"account": "a", "number": "many"})
    with running(bus_url, ledger_database, (mirror_database, [consumer()])) as bus:
        handed_over(bus, envelope)
        eventually(lambda: len(statuses(mirror_database)) == 1)
    ((_, status, reason),) = statuses(mirror_database)
    assert status == "dead"
    assert "number" in str(reason)
    assert copies(mirror_database) == {}


def test_the_inbox_keeps_an_event_of_an_unknown_version_as_dead(mirror_database: Database) -> None:
    envelope = envelope_of(EntryMade(account="a", number=1), type="coalition.ledger.entry_made.v2")
    inbox = Inbox(mirror_database, [consumer()])
    assert inbox.receive([envelope.to_json(), envelope.to_json()]) == [True, True]
    assert statuses(mirror_database) == [
        ("(nobody)", "dead", "nothing here handles coalition.ledger.entry_made.v2")
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"{",
        b"[]",
        b"[" * 50_000,
        b'{"specversion": "0.3"}',
        b'{"specversion": "1.0", "id": "1"}',
        b"x" * 1_000_001,
    ],
    ids=["bytes", "cut", "list", "deep", "version", "bare", "huge"],
)
def test_what_is_no_event_is_refused_by_the_inbox_and_changes_nothing(
    mirror_database: Database, body: bytes
) -> None:
    sound = envelope_of(EntryMade(account="a", number=1))
    assert Inbox(mirror_database, [consumer()]).receive([body, sound.to_json()]) == [False, True]
    assert copies(mirror_database) == {"a": [1]}
    assert len(statuses(mirror_database)) == 1


def test_an_event_is_believed_only_under_the_key_that_the_broker_let_its_publisher_use(
    broker_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    forged = envelope_of(EntryMade(account="a", number=1))
    anyones = Consumer(name="copy", event=EntryMade, handle=copy_entry, owner="*")
    with running(broker_url, ledger_database, (mirror_database, [anyones])):
        with kombu.Connection(broker_url) as connection:
            connection.Producer().publish(
                forged.to_json(),
                exchange="bus",
                routing_key=EntryMade.type("op1"),
                content_type="application/cloudevents+json",
                content_encoding="utf-8",
            )
        make_entry(ledger_database, "b")
        eventually(lambda: total(mirror_database) == 1)
    assert copies(mirror_database) == {"b": [1]}


def test_what_is_no_event_goes_to_the_brokers_dead_letters_and_the_rest_goes_on(
    broker_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    with running(broker_url, ledger_database, (mirror_database, [consumer()])):
        with kombu.Connection(broker_url) as connection:
            connection.Producer().publish(
                b"no event", exchange="bus", routing_key=EntryMade.type("coalition"), content_type="x/y"
            )
        make_entry(ledger_database, "a")
        eventually(lambda: total(mirror_database) == 1)

        def dead() -> list[bytes]:
            with kombu.Connection(broker_url) as connection:
                message = connection.default_channel.basic_get("bus.dead", no_ack=True)
                return [bytes(message.body)] if message else []

        found: list[bytes] = []
        eventually(lambda: bool(found or found.extend(dead()) or found))
    assert found == [b"no event"]
