"""The two applications that are compared, each served by the same gunicorn: 2 workers of 8 threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from flask import Flask, Response, request

from libs.chassis.children import free_port
from libs.chassis.db import Database
from libs.chassis.keys import KeyStore
from libs.chassis.logs import configure_logs
from libs.chassis.server import Server, WebSettings
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
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "bench.servers", application, address]
    # The service logs what it refuses; where that goes is not what is measured.
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


def main() -> None:
    """Serve the application named first at the address named second, as services are served, until SIGTERM."""
    application, address = sys.argv[1:]
    settings = WebSettings(address=address, processes=WORKERS, threads=THREADS)
    Server(settings, {"consultation": consultation, "baseline": baseline}[application](), {}).run()


if __name__ == "__main__":
    main()
