"""Openings and closings are told once each, in that order, when the time has come."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from libs.chassis.db import Database
from services.consultation.consultations.commands import record_dates
from services.consultation.consultations.models import Consultation

HOUR = timedelta(hours=1)


def told(database: Database) -> list[tuple[str, int]]:
    """The type and sequence of each event recorded, in order."""
    with database.transaction() as session:
        envelopes = session.scalars(text("SELECT envelope FROM outbox ORDER BY position")).all()
    return [(document["type"], int(document["sequence"])) for document in map(json.loads, envelopes)]


def run(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        record_dates(session, now)


def test_each_moment_is_told_once(database: Database, make_consultation: Callable[..., Consultation]) -> None:
    now = datetime.now(UTC)
    make_consultation(opens_at=now + HOUR, closes_at=now + 2 * HOUR, opening_recorded=False)
    run(database, now)
    assert told(database) == []
    run(database, now + HOUR)
    run(database, now + HOUR)
    opened = ("coalition.consultation.opened.v1", 1)
    assert told(database) == [opened]
    run(database, now + 2 * HOUR)
    run(database, now + 3 * HOUR)
    assert told(database) == [opened, ("coalition.consultation.closed.v1", 2)]


def test_a_worker_that_was_away_tells_the_opening_before_the_closing(
    database: Database, make_consultation: Callable[..., Consultation]
) -> None:
    now = datetime.now(UTC)
    make_consultation(opens_at=now - 2 * HOUR, closes_at=now - HOUR, opening_recorded=False)
    run(database, now)
    assert [name for name, _ in told(database)] == [
        "coalition.consultation.opened.v1",
        "coalition.consultation.closed.v1",
    ]


def test_two_workers_at_once_tell_it_once(
    database: Database, make_consultation: Callable[..., Consultation]
) -> None:
    now = datetime.now(UTC)
    make_consultation(opens_at=now - HOUR, opening_recorded=False)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: run(database, now), range(4)))
    assert told(database) == [("coalition.consultation.opened.v1", 1)]
