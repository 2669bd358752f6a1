"""A disk that fills up under the database: changes are refused and said to be, and all is well when there is room.

PostgreSQL goes on answering readers for as long as its log finds room in segments it already has; when that ends it
stops, until somebody makes room. Both are tried: first with segments in store, then by killing it.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import httpx
import pytest

from deploy.local.folder import DataFolder
from libs.chassis import embedded_postgres
from libs.chassis.testing.folders import make_server_folder
from libs.chassis.testing.rabbitmq import TestBroker
from tests.faults.reckoning import begin, differences
from tests.faults.site import Site, site
from tests.faults.walkers import CONSULTATION, walking

pytestmark = pytest.mark.slow
SEED = 20261122


@pytest.fixture
def volume() -> Iterator[Path]:
    """A data folder whose database lies on a volume of its own, a small one."""
    folder = make_server_folder()
    data = DataFolder(folder / "data")
    data.prepare()
    mount = ["mount", "-t", "tmpfs", "-o", "size=320m,mode=0711", "tmpfs", str(data.postgres)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    assert mounted.returncode == 0, (
        f"A disk that fills up cannot be tried here: it takes the right to mount a tmpfs ({mounted.stderr.strip()})."
    )
    yield data.path
    subprocess.run(["umount", "--lazy", str(data.postgres)], check=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cramped(volume: Path, rabbitmq: TestBroker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site whose database lies there."""
    # On a full disk PostgreSQL may run and find no room to write that it does; that is not waited for for a minute.
    monkeypatch.setattr(embedded_postgres, "READY_WITHIN", 10.0)
    with site(volume, rabbitmq) as built:
        begin(built)
        yield built


def lay_in_segments(cramped: Site, number: int = 4) -> None:
    """Give PostgreSQL's log segments to use again, as it has after some days: then a full disk does not stop it."""
    with cramped.connect("postgres") as connection:
        for _ in range(number):
            connection.execute(
                "SELECT pg_logical_emit_message(false, 'test', 'so that there is a segment to end')"
            )
            connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")


def fill(cramped: Site) -> Path:
    """Leave no room on the volume; the file that takes it."""
    ballast = cramped.data.postgres / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(64 * 1024))
    return ballast


def test_a_full_disk_refuses_changes_lets_people_read_and_is_recovered_from(cramped: Site) -> None:
    ledger = cramped.ledger
    lay_in_segments(cramped)
    with walking(cramped, "disk", SEED) as walk:
        cramped.wait_until(lambda: walk.done >= 40, "nobody goes on")
        ballast = fill(cramped)
        refused = ledger.refused
        cramped.wait_until(lambda: ledger.refused >= refused + 20, "a full disk refuses nothing")
        assert httpx.get(f"{cramped.url}{CONSULTATION}", timeout=30).status_code == 200
        cramped.strike("postgres", Random(SEED))
        cramped.try_to_revive()  # it may need room for that
        ballast.unlink()
        cramped.wait_until(cramped.try_to_revive, "PostgreSQL does not come back")
        enough = walk.done + 40
        cramped.wait_until(lambda: walk.done >= enough, "nobody goes on when there is room again")
    assert [*walk.wrong, *differences(cramped)] == []
