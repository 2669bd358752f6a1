"""Whom a service erased stands outside its database, whatever happens to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from libs.chassis.db import Database
from libs.chassis.erasure_log import KEPT, ErasureLog, NotedErasure
from libs.chassis.ids import uuid4

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def session_of(service: str, owner: str = "coalition") -> Session:
    """A session that belongs to a service, and is never used."""
    return Session(
        info={"database": Database("postgresql://nowhere.invalid/none", service=service, owner=owner)}
    )


@pytest.fixture
def log(tmp_path: Path) -> ErasureLog:
    return ErasureLog(tmp_path / "erasures")


def noted(at: datetime = NOW) -> NotedErasure:
    return NotedErasure(uuid4(), at, "receipt")


def test_what_is_noted_is_read_again_oldest_first_and_only_by_its_own_service(log: ErasureLog) -> None:
    lines = [noted(NOW + timedelta(days=20 * n)) for n in range(3)]
    for line in lines:
        log.note(session_of("defis", "op1"), line)
    assert list(log.read(session_of("defis", "op1"))) == lines
    assert list(log.read(session_of("defis", "op2"))) == []
    assert list(log.read(session_of("identity"))) == []


def test_a_line_that_a_crash_cut_short_spoils_no_other(log: ErasureLog, tmp_path: Path) -> None:
    first, second = noted(), noted()
    log.note(session_of("identity"), first)
    (file,) = (tmp_path / "erasures").iterdir()
    with file.open("ab") as torn:
        torn.write(b'\n{"subject": "0190')
    log.note(session_of("identity"), second)
    assert list(log.read(session_of("identity"))) == [first, second]


def test_nobody_else_may_read_it(log: ErasureLog, tmp_path: Path) -> None:
    log.note(session_of("identity"), noted())
    folder = tmp_path / "erasures"
    (file,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


def test_lines_go_with_the_backups_that_they_are_for(log: ErasureLog, tmp_path: Path) -> None:
    for owner in ("op1", "op2"):
        log.note(session_of("defis", owner), noted())
    log.note(session_of("defis", "op1"), noted(NOW + KEPT))
    kept = noted(NOW + KEPT + timedelta(days=31))
    log.note(session_of("defis", "op1"), kept)
    assert sorted(path.name for path in (tmp_path / "erasures").iterdir()) == [
        "op1.defis.2027-12.jsonl",
        "op1.defis.2028-01.jsonl",
        "op2.defis.2026-11.jsonl",
    ]


def test_without_a_folder_nothing_is_noted() -> None:
    log = ErasureLog()
    log.note(session_of("identity"), noted())
    assert list(log.read(session_of("identity"))) == []
