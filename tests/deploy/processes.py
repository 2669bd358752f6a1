"""The processes of a production installation, as real processes with nothing but their environment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx

from libs.chassis.children import dies_with_parent, free_port

READY_WITHIN = 60.0
SECRET = "a secret of forty characters, all in all"
SITE = "https://maillage.test"


class Process:
    """`python -m <package> <role>`; its web and internal ports are free ones. `with` ends what is left."""

    def __init__(self, package: str, role: str, log: Path, environ: dict[str, str]) -> None:
        self.port, self.internal_port = free_port(), free_port()
        self.log = log / f"{package}-{role}-{self.port}.log"
        own = {
            "MAILLAGE_INTERNAL_ADDRESS": f"127.0.0.1:{self.internal_port}",
            **({"MAILLAGE_WEB_ADDRESS": f"127.0.0.1:{self.port}"} if role == "web" else {}),
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}
        with self.log.open("wb") as log_file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", package, role],
                env={**clean, **(own if role != "migrate" else {}), **environ},
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    @property
    def url(self) -> str:
        """Where its public half answers."""
        return f"http://127.0.0.1:{self.port}"

    def internal(self, path: str) -> httpx.Response:
        """An answer of the internal port."""
        return httpx.get(f"http://127.0.0.1:{self.internal_port}{path}", timeout=20)

    def readiness(self) -> dict[str, Any]:
        """What `/readyz` of the internal port says; nothing while it does not answer yet."""
        try:
            return dict(self.internal("/readyz").json())
        except httpx.HTTPError:
            return {}

    def wait_until(self, satisfied: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What `/readyz` says once it is as wanted; fails with the process's own words when it does not come."""
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            said = self.readiness()
            if said and satisfied(said):
                return said
            time.sleep(0.05)
        raise AssertionError(f"not so: {self.readiness()}\n{self.log.read_text()[-3000:]}")

    def wait_until_ready(self) -> None:
        """Return once everything that it needs answers."""
        self.wait_until(lambda said: bool(said["ready"]))

    def finish(self) -> int:
        """Wait for its own end; returns the exit code."""
        return self.process.wait(READY_WITHIN)

    def end(self) -> int:
        """Ask it to end, as an orchestrator does; returns the exit code."""
        self.process.terminate()
        return self.finish()

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


def environment(broker: str, database: str, service: str, **more: str) -> dict[str, str]:
    """What a service of the coalition is told."""
    told = {
        f"MAILLAGE_{service.upper()}_DATABASE_URL": database.replace("+psycopg", ""),
        "MAILLAGE_BUS_URL": broker,
        "MAILLAGE_ISSUER": f"{SITE}/api/identity",
    }
    if service != "identity":
        told["MAILLAGE_JWKS_URL"] = "http://127.0.0.1:9/jwks.json"
    if service in ("identity", "notifications"):
        told |= {
            f"MAILLAGE_{service.upper()}_SECRET": SECRET,
            "MAILLAGE_SMTP_URL": "smtp://127.0.0.1:9",
            "MAILLAGE_MAIL_FROM": "Maillage <ne-pas-repondre@maillage.test>",
        }
    if service != "consultation":
        told["MAILLAGE_PUBLIC_URL"] = SITE
    return {**told, **more}
