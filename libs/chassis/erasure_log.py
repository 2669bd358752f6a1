"""Whom a service erased, noted outside its database: one restored from a backup is told again.

One file a month for each service of each owner, a line of JSON an erasure. A line is on the disk before the transaction
that it tells of is committed: what is noted and not done is asked for again anyway, and doing it twice changes nothing.
A file goes after `KEPT`, so no backup may be kept longer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from libs.chassis.db import database_of

log = structlog.get_logger()

KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class NotedErasure:
    """A line: whom, by the service's own id of them, and when. `receipt` is what the service wants to find again."""

    subject: UUID
    at: datetime
    receipt: str = ""


class ErasureLog:
    """The erasures noted in a folder; with no folder, none are."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def note(self, session: Session, erasure: NotedErasure) -> None:
        """Write down, durably, whom the service of `session` is erasing. Raises `OSError`: then nothing is erased."""
        if self._folder is None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{_name_of(session)}.{erasure.at:%Y-%m}.jsonl"
        if not path.exists():
            self._forget_before(session, erasure.at - KEPT)
        said = {"subject": str(erasure.subject), "at": erasure.at.isoformat(), "receipt": erasure.receipt}
        # The first line break ends a line that a crash cut short.
        _append(path, f"\n{json.dumps(said)}\n".encode())

    def read(self, session: Session) -> Iterator[NotedErasure]:
        """What the service of `session` noted, the oldest first."""
        if self._folder is None:
            return
        for path in sorted(self._folder.glob(f"{_name_of(session)}.*.jsonl")):
            for line in filter(None, path.read_text(encoding="utf-8").splitlines()):
                try:
                    said = json.loads(line)
                    yield NotedErasure(
                        UUID(said["subject"]), datetime.fromisoformat(said["at"]), said["receipt"]
                    )
                except (ValueError, LookupError, TypeError):
                    log.error("unreadable line in the erasure log", file=path.name)

    def _forget_before(self, session: Session, moment: datetime) -> None:
        assert self._folder is not None
        for path in self._folder.glob(f"{_name_of(session)}.*.jsonl"):
            if path.suffixes[-2] < f".{moment:%Y-%m}":
                path.unlink()


def _name_of(session: Session) -> str:
    database = database_of(session)
    return f"{database.owner}.{database.service}"


def _append(path: Path, line: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line)
        os.fsync(file)
    finally:
        os.close(file)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
