"""Every consumer of every service hears what a hostile or confused publisher could say.

Whatever comes, a mailbox takes it all in, raises nothing, tries nothing for ever, lets nothing happen to what its
consumers have no business with, and still does what the next sound event says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from joserfc.jwk import OKPKey
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.inbox import MAX_ATTEMPTS, Consumer, Inbox
from libs.chassis.testing.postgres import TestServer
from libs.contracts.envelope import MAX_BYTES
from tests.fuzz.mailboxes import CONSUMERS, envelopes, good, inbox_of
from tests.fuzz.worlds import Service

SERVICES = Path(__file__).parents[2] / "services"
EXAMPLES = 40
EVERY = [
    pytest.param(service, consumer, id=f"{service}: {consumer.name}")
    for service, consumers in CONSUMERS.items()
    for consumer in consumers
]
SOMEBODY = "0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f"
PUBLIC_KEY = OKPKey.generate_key("Ed25519", {"kid": "fuzz"}, private=True).as_dict(private=False)
SOUND: dict[str, Any] = {
    "issuer": "https://maillage.example/api/identity", "jwks": {"keys": [PUBLIC_KEY]}, "stage": "informaction",
    "from_stage": "informaction", "to_stage": "creaction", "commune": "88160", "kind": "rural", "themes": ["culture"],
    "origin_kind": "none", "origin_owner": None, "origin_id": None, "outcome": "completed", "slug": "vivre-mieux",
    "starts_at": "2099-01-01T10:00:00Z", "closes_at": "2099-01-01T10:00:00Z", "number": 1, "final": True,
    "corrects": None, "reference": f"defi:{SOMEBODY}", "title": "Un café", "facts": {}, "email": "ana@exemple.fr",
    "language": "fr", "owner": "coalition", "erased": {"votes": 1}, "proposals": [SOMEBODY],
    "consultations": [SOMEBODY], "role": "moderator", "scope": "coalition",
    "members": 4, "joined": 3, "committed": 2, "offered": 2,
}  # fmt: skip
"""What a sound event says in each of its fields; in any other, the id of somebody."""
KINDS = {"keep-defis-notices": "defi.gate_refused", "keep-consultation-notices": "proposal.refused"}
NOT_ASKED = "this service of this owner was asked nothing under that number"
ENDS = {"erase": "erased"} | {one.name: NOT_ASKED for one in CONSUMERS["identity"]}
"""The note that is left where a sound event is done, if there is one."""
WRITTEN = {
    "inbox", "outbox", "outbox_subject", "erased_subject", "verification_key", "observed_defi", "observed_count",
    "topic", "notice", "recipient", "pairing", "moderation", "delivery",
}  # fmt: skip
"""The tables that consumers write. A person erased is somebody whom no fuzzed event can name."""


@contextmanager
def _mailbox(service: Service, postgres: TestServer) -> Iterator[tuple[Database, Inbox]]:
    with postgres.database(service.filled) as url:
        database = Database(url, service=service.name, owner=service.owner, pool_size=2)
        try:
            yield database, inbox_of(service.name, database)
        finally:
            database.close()


@pytest.mark.parametrize(("name", "consumer"), EVERY)
def test_a_consumer_survives_whatever_is_published(
    name: str, consumer: Consumer, services: dict[str, Service], postgres: TestServer
) -> None:
    with _mailbox(services[name], postgres) as (database, mailbox):
        before = _untouched(database)

        @settings(
            max_examples=EXAMPLES,
            phases=(Phase.generate,),
        )
        @given(st.lists(envelopes(consumer), min_size=1, max_size=4), st.randoms(use_true_random=False))
        def publish(told: list[dict[str, Any]], chance: Any) -> None:
            bodies = [json.dumps(one).encode() for one in told]
            bodies += chance.sample(bodies, 1)
            chance.shuffle(bodies)
            assert len(mailbox.receive(bodies)) == len(bodies)
            assert mailbox.receive(bodies) == mailbox.receive(bodies)

        publish()
        _try_to_the_end(database, mailbox)
        assert _failures(database) == []
        assert _untouched(database) == before
        _hear_what_is_sound(name, consumer, database, mailbox)


@pytest.mark.parametrize("name", CONSUMERS)
def test_a_mailbox_goes_on_after_what_is_no_event(
    name: str, services: dict[str, Service], postgres: TestServer
) -> None:
    consumer = CONSUMERS[name][0]
    sound = good(consumer, _data(consumer), 1)
    with _mailbox(services[name], postgres) as (database, mailbox):
        for broken in _broken(sound):
            assert len(mailbox.receive([broken])) == 1
        _try_to_the_end(database, mailbox)
        _hear_what_is_sound(name, consumer, database, mailbox)


def test_every_consumer_of_every_service_is_fuzzed() -> None:
    assert set(CONSUMERS) == {path.parent.name for path in SERVICES.glob("*/worker.py")}
    for service, consumers in CONSUMERS.items():
        code = "".join(path.read_text(encoding="utf-8") for path in (SERVICES / service).rglob("*.py"))
        assert set(re.findall(r'Consumer\(\s*name="([\w-]+)"', code)) == {one.name for one in consumers}


def _broken(sound: dict[str, Any]) -> Sequence[bytes]:
    def saying(**changed: Any) -> bytes:
        return json.dumps(sound | changed).encode()

    whole = saying()
    return [
        b"", b"null", b"[]", b"{}", b"\xff\xfe", bytes(range(256)), whole[:-1], whole + whole, b"[" * 200_000,
        b'{"a":' * 50_000, b"9" * 5000, whole.replace(b'"1.0"', b'"0.3"'), whole.decode().encode("utf-16"),
        saying(data={"a": "é" * MAX_BYTES}), saying(data={"a": "\ud800"}), saying(data={"\ud800": "\x00"}),
        saying(subject="\ud800"), saying(source="\ud800"), saying(type="\ud800"), saying(traceparent="\ud800"),
        saying(traceparent="\x00"), saying(data={"a": [float("nan"), float("inf"), 10**400]}),
        whole.replace(b'"data": {', b'"data": {"a": [' + b"1e15," * 190_000 + b"1], "),
    ]  # fmt: skip


def _try_to_the_end(database: Database, mailbox: Inbox) -> None:
    """Let the time of every letter that waits come, as often as a letter is tried: then none waits any more."""
    for _ in range(MAX_ATTEMPTS * 6):
        with database.transaction() as session:
            due = session.execute(text("UPDATE inbox SET next_try = now() WHERE status = 'waiting'"))
            if not due.rowcount:  # type: ignore[attr-defined]
                return
        while mailbox.retry_next():
            pass
    with database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM inbox WHERE status = 'waiting'")) == 0


def _failures(database: Database) -> list[str]:
    """The errors that a consumer did not see coming; a refusal is no error, nor is asking to wait."""
    with database.transaction() as session:
        return list(session.scalars(text("SELECT reason FROM inbox WHERE reason LIKE 'after %: %Error:%'")))


def _untouched(database: Database) -> dict[str, Any]:
    """What stands in every table that consumers have no business with."""
    listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    with database.transaction() as session:
        tables = set(session.scalars(text(listed))) - WRITTEN
        return {
            table: session.scalar(
                text(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table}\" t")
            )
            for table in sorted(tables)
        }


def _data(consumer: Consumer) -> dict[str, Any]:
    data = {name: SOUND.get(name, SOMEBODY) for name in consumer.event.schema.fields}
    return data | ({"kind": KINDS[consumer.name]} if consumer.name in KINDS else {})


def _hear_what_is_sound(name: str, consumer: Consumer, database: Database, mailbox: Inbox) -> None:
    """Say who somebody is, where people are known, and then what this consumer is for: it does it at once."""
    known = [one for one in CONSUMERS[name] if one.name in ("keep-contacts", "keep-pairings")]
    told = [good(one, _data(one) | {"owner": "op1"}, 1) for one in known]
    told.append(good(consumer, _data(consumer), 2))
    assert mailbox.receive([json.dumps(one) for one in told]) == [True] * len(told)
    status = text("SELECT status, reason FROM inbox WHERE event_id = :id AND consumer = :consumer")
    with database.transaction() as session:
        found = session.execute(status, {"id": told[-1]["id"], "consumer": consumer.name}).one()
    assert tuple(found) == ("done", ENDS.get(consumer.name))
