"""The worker of two operators on one bus: what each tells, to whom, and what is kept of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.chassis.db import Database
from libs.chassis.embedded import EmbeddedBus
from libs.chassis.inbox import Consumer
from libs.chassis.testing.postgres import TestServer
from libs.chassis.testing.waiting import PATIENCE_S, eventually
from libs.chassis.worker import Worker, run_workers
from libs.contracts.catalogue import CATALOGUE
from libs.contracts.defis import DefiPublished
from libs.contracts.event import Audience
from libs.contracts.notices import DefisNotice
from services.defis.pledges import commands as pledges
from services.defis.settings import DefisSettings
from services.defis.worker import create_worker, jobs
from tests.defis.conftest import migrated
from tests.defis.people import account, join, meet, publish


@pytest.fixture
def operators(postgres: TestServer) -> Iterator[list[Database]]:
    """The databases of two operators."""
    with migrated(postgres, "op1") as first, migrated(postgres, "op2") as second:
        yield [first, second]


def worker_of(database: Database, bus: EmbeddedBus) -> Worker:
    settings = DefisSettings(
        database_url=database.url,
        bus_url="embedded://",
        issuer="",
        jwks_url="",
        owner=database.owner,
        public_url="https://maillage.example",
    )
    return create_worker(settings, database, bus)


@contextmanager
def running(workers: list[Worker]) -> Iterator[None]:
    stop = Event()
    thread = Thread(target=run_workers, args=(workers, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE_S)


def test_each_operator_tells_in_its_own_name_and_keeps_what_is_public(
    postgres: TestServer, operators: list[Database]
) -> None:
    seen: list[tuple[str, Any]] = []
    bus = EmbeddedBus()

    def hear(kind: str) -> Callable[[Session, Any], None]:
        return lambda _session, event: seen.append((kind, event))

    with migrated(postgres, "coalition") as coalition:
        listener = Worker(
            database=coalition,
            bus=bus,
            consumers=[
                Consumer(name="published", event=DefiPublished, handle=hear("published"), owner="*"),
                Consumer(name="notices", event=DefisNotice, handle=hear("notice"), owner="*"),
            ],
        )
        porteurs = [account() for _ in operators]
        defis = [
            publish(which, porteur, themes=["energie"])
            for which, porteur in zip(operators, porteurs, strict=True)
        ]
        meet(operators[0], defis[0], porteurs[0])
        with running([listener, *(worker_of(which, bus) for which in operators)]):
            eventually(lambda: len(seen) == 4)
            eventually(lambda: waiting(operators[0]) == 0)
    assert {kind for kind, _ in seen} == {"published", "notice"}
    notices = {event.recipient: event for kind, event in seen if kind == "notice"}
    assert set(notices) == {porteur.subject for porteur in porteurs}
    notice = notices[porteurs[0].subject]
    assert (notice.kind, notice.reference) == ("defi.published", f"defi:{defis[0]}")
    assert notice.title == "Le dernier café du village a fermé."
    with operators[0].transaction() as session:
        kept = session.scalars(text("SELECT type FROM journal ORDER BY position")).all()
    assert kept == ["op1.defis.published.v1", "op1.defis.meeting_scheduled.v1"]


def waiting(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(text("SELECT count(*) FROM outbox")) or 0


def test_the_clock_lapses_pledges_and_reminds_of_meetings(operators: list[Database]) -> None:
    database, porteur, giver = operators[0], account(), account()
    defi = publish(database, porteur)
    join(database, defi, porteur, [giver])
    meet(database, defi, porteur)
    fields = {"kind": "skill", "description": "Souder", "amount_cents": None, "hours": None, "name": "Zoé"}
    now = datetime.now(UTC)
    with database.transaction() as session:
        offered = fields | {"contact": None, "valid_until": now.date()}
        pledges.offer(session, defi, giver, offered, now)
    for later in (now, now + timedelta(days=1)):
        for job in jobs:
            with database.transaction() as session:
                job.run(session, later)
    with database.transaction() as session:
        told = session.scalars(
            text(
                "SELECT envelope::jsonb #>> '{data,kind}' FROM outbox WHERE subject = :who ORDER BY position"
            ),
            {"who": str(giver.subject)},
        ).all()
        entry = session.execute(
            text("SELECT actor, acted_as FROM timeline_entry WHERE kind = 'pledge_lapsed'")
        ).one()
    assert told == ["defi.membership_accepted", "defi.meeting_scheduled", "defi.pledge_lapsed"]
    assert tuple(entry) == (None, "clock")


def test_only_ids_codes_counts_and_times_are_in_what_crosses_owners() -> None:
    facts = {name: event for (name, _), event in CATALOGUE.items() if name.startswith("defis.")}
    assert set(facts) == {
        f"defis.{name}"
        for name in (
            "published", "stage_changed", "meeting_scheduled", "pledge_offered", "member_joined", "closed",
            "person_notified", "erasure_declared",
        )
    }  # fmt: skip
    crossing = [event for name, event in facts.items() if name != "defis.person_notified"]
    assert {event.audience for event in crossing} == {Audience.PUBLIC, Audience.COALITION}
    names = {field for event in crossing for field in event.schema.fields}
    assert names == {
        "defi_id", "meeting_id", "stage", "from_stage", "to_stage", "commune", "kind", "themes", "starts_at",
        "committed", "role", "members", "outcome", "origin_kind", "origin_owner", "origin_id", "erasure_id", "erased",
        "joined", "offered",
    }  # fmt: skip
