"""Newcomers who come at the same instant, consent, and cast their first votes: how many were not served."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

from bench import votes
from bench.people import Caller
from bench.servers import served

NEWCOMERS, EACH = 32, 5


def measure(url: str, folder: Path) -> dict[str, int]:
    """Send them against a service that has just started, which has seen none of their tokens."""
    issuer = votes.prepare(url, folder)
    proposals = (folder / "proposals").read_text().split()[:EACH]
    start = Barrier(NEWCOMERS)

    def come(address: str, token: str) -> bool:
        caller = Caller(address)
        start.wait()
        try:
            caller.ask("POST", "consultations/bench/consent", token, {"version": 1})
            for proposal in proposals:
                caller.ask("PUT", f"proposals/{proposal}/vote", token, {"choice": "agree"})
        except (ValueError, OSError):
            return False
        return True

    with (
        served("consultation", {"BENCH_DATABASE_URL": url}) as address,
        ThreadPoolExecutor(NEWCOMERS) as threads,
    ):
        coming = [threads.submit(come, address, issuer.visitor(uuid4())) for _ in range(NEWCOMERS)]
        errors = sum(not one.result() for one in coming)
    return {"newcomers": NEWCOMERS, "errors": errors}
