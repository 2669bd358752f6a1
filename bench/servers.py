"""The two applications that are compared, each served by the same gunicorn: 2 workers of 8 threads."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from flask import Flask, Response, request

from libs.chassis.db import Database
from libs.chassis.keys import KeyStore
from libs.chassis.logs import configure_logs
from libs.chassis.tokens import TokenVerifier
from services.consultation.app import create_app
from services.consultation.settings import ConsultationSettings

ISSUER = "https://bench.example/api/identity"
WORKERS, THREADS = 2, 8


def consultation() -> Flask:
    """The consultation service as it ships, on the database named in the environment."""
    configure_logs("bench")
    url = os.environ["BENCH_DATABASE_URL"]
    settings = ConsultationSettings(database_url=url, bus_url="", issuer=ISSUER, jwks_url="")
    database = Database(url, service="consultation", owner="coalition", pool_size=THREADS)
    verifier = TokenVerifier(KeyStore(database), issuers=frozenset({ISSUER}), audience="coalition")
    return create_app(settings, database, verifier)


def baseline() -> Flask:
    """A bare Flask app without the chassis, that parses the same JSON and answers the same."""
    app = Flask("baseline")

    @app.put("/api/consultation/v1/proposals/<uuid:proposal_id>/vote")
    def vote(proposal_id: Any) -> Response:
        sent = request.get_json()
        answer = {
            "proposal": str(proposal_id),
            "choice": sent["choice"],
            "qualifiers": sent["qualifiers"],
            "voted_at": "2026-02-01T12:00:00.000000+00:00",
        }
        return Response(json.dumps(answer), mimetype="application/json")

    return app


@contextmanager
def served(application: str, environ: dict[str, str]) -> Iterator[str]:
    """Serve one of the applications above on a free port; gives its address, ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "gunicorn", f"bench.servers:{application}()", "--bind", address]
    command += ["--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS)]
    command += ["--log-level", "error", "--no-control-socket"]
    # The service logs each request, as in production; where it goes is not what is measured.
    with subprocess.Popen(command, env={**os.environ, **environ}, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(address)
            yield f"http://{address}"
        finally:
            server.terminate()


def _wait_for(address: str, within: float = 30.0) -> None:
    """Wait for an answer, whatever it says: the socket listens before the workers have started."""
    deadline = time.monotonic() + within
    while True:
        try:
            httpx.get(f"http://{address}/livez", timeout=2)
            return
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
