"""`make bench`: measure, write `bench/results.json`, and draw the table of `bench/README.md` from it.

Every figure is taken within one run on one machine, on a PostgreSQL of its own with fsync on. Whatever else runs there
at the time makes them worse; the load before the run is told with them.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import events, house, newcomers, replay, votes
from libs.chassis.db import Database
from libs.chassis.embedded_postgres import (
    PostgresServer,
    copy_installation,
    initialise,
    installation,
    needs_other_owner,
)
from libs.chassis.migrations import upgrade
from services.consultation.app import MIGRATIONS
from services.consultation.imports.commands import import_polis

HERE = Path(__file__).parent
DATA = Path(os.environ.get("MAILLAGE_TEST_DATA") or HERE.parents[1] / "shared" / "data")
CONVERSATIONS = {"vtaiwan.uberx": 5.0, "american-assembly.bowling-green": 12.0}
REPLAYED = ("vtaiwan.uberx",)
SETTINGS = {"max_connections": "100", "track_commit_timestamp": "on"}
ROW = "| {what} | {figure} | {limit} |"


def main() -> None:
    """Run every bench and write the two files."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the start"
    results: dict[str, Any] = {"machine": machine}
    with _server() as (folder, databases):
        results["vote"] = votes.measure(next(databases), folder)
        results["newcomers"] = newcomers.measure(next(databases), folder)
        results["imports"] = {name: _seconds_to_import(name, next(databases)) for name in _conversations()}
        results["events"] = events.measure(databases)
        results["replay"] = {
            name: replay.measure(next(databases), DATA / "polis" / name)
            for name in _conversations()
            if name in REPLAYED
        }
        results["house"] = house.measure(folder)
    (HERE / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    (HERE / "README.md").write_text(_table(results), encoding="utf-8")


@contextmanager
def _server() -> Iterator[tuple[Path, Iterator[str]]]:
    """A PostgreSQL with fsync on; gives a folder to work in and the addresses of new databases, one after another."""
    folder = Path(tempfile.mkdtemp(prefix="maillage-bench-"))
    folder.chmod(0o711)
    binaries = copy_installation(folder / "postgresql") if needs_other_owner() else installation()
    password = secrets.token_urlsafe(24)
    server = PostgresServer(binaries, folder / "cluster", folder / "log", SETTINGS)
    try:
        initialise(binaries, server.cluster, password)
        server.start()
        yield folder, _databases(f"postgresql://postgres:{password}@127.0.0.1:{server.port}")
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _databases(server: str) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        admin = Database(f"{server}/postgres", service="bench", owner="bench")
        with admin.autocommit() as connection:
            connection.execute(f"CREATE DATABASE bench_{number}")  # type: ignore[arg-type]
        admin.close()
        yield f"{server}/bench_{number}"


def _conversations() -> list[str]:
    return [name for name in CONVERSATIONS if (DATA / "polis" / name).is_dir()]


def _seconds_to_import(name: str, url: str) -> float:
    upgrade(url, MIGRATIONS)
    database = Database(url, service="consultation", owner="coalition")
    started = time.perf_counter()
    import_polis(database, DATA / "polis" / name, "bench")
    elapsed = time.perf_counter() - started
    database.close()
    return round(elapsed, 2)


def _table(results: dict[str, Any]) -> str:
    rows = [ROW.format(what=what, figure=figure, limit=limit) for what, figure, limit in _figures(results)]
    return "\n".join(
        [
            "# Benches",
            "",
            "Written by `make bench`; do not edit. How each figure is taken stands in the module that takes it.",
            "",
            f"On {results['machine']}:",
            "",
            "| what | measured | aim |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _figures(results: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What was measured, what came out, and what it should be."""
    vote, newcomers, events, house = (results[name] for name in ("vote", "newcomers", "events", "house"))
    yield "durable vote over HTTP, against the baseline", vote["ratio"], "0.4 at least"
    yield "its p99, against the baseline’s", vote["p99_ratio"], "2.5 at most"
    yield "votes a second", vote["votes_per_second"], ""
    yield (
        f"{newcomers['newcomers']} newcomers’ first votes at once",
        f"{newcomers['errors']} errors",
        "no error",
    )
    for name, seconds in results["imports"].items():
        yield f"import of `{name}`", f"{seconds} s", f"{CONVERSATIONS[name]:.0f} s at most"
    yield (
        "events relayed to RabbitMQ with confirms",
        f"{events['relayed_per_second']} a second",
        "10,000 at least",
    )
    rate = f"{events['travelled_per_second']} events a second"
    yield (
        f"commit to consumer’s commit, at {rate}",
        f"p95 {events['travel_p95_ms']} ms",
        "20 ms at most, at 3,000",
    )
    for name, replayed in results["replay"].items():
        votes_of = f"{replayed['votes']} votes in {replayed['seconds']} s"
        yield (
            f"replay of `{name}` over HTTP: results are the matrix’s",
            votes_of,
            f"{replayed['differences']} differ",
        )
    for name, page in house["pages"].items():
        yield f"{name}, one reader", f"p95 {page['p95_ms']} ms", "100 ms at most"
        yield f"{name}, sixteen readers", f"{page['per_second']} a second", "200 at least"
    yield "memory of the whole embedded system, idle", f"{house['memory_mb']} MB", "450 MB at most"


if __name__ == "__main__":
    main()
