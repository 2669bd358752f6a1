"""Whether a process lives and whether it is ready, and the internal port that says so.

`/livez` answers as long as the process can. `/readyz` runs the checks it was given (database, bus, …) and names those
that fail, with 503. `/metrics` is only ever served on the internal port, never by the public app.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from libs.chassis import metrics

Check = Callable[[], None]
"""Raises when what it checks does not work."""


class NotReady(Exception):
    """What a check found missing, in its own words: its text is the answer."""


def readiness(checks: Mapping[str, Check]) -> tuple[dict[str, Any], int]:
    """The body and status of `/readyz`: each check with `ok`, what it says is missing, or the kind of error."""
    found: dict[str, str] = {}
    for name, check in checks.items():
        try:
            check()
            found[name] = "ok"
        except Exception as error:  # noqa: BLE001 - whatever a check raises is its answer
            found[name] = str(error) if isinstance(error, NotReady) else type(error).__name__
    ready = all(answer == "ok" for answer in found.values())
    return {"ready": ready, "checks": found}, 200 if ready else 503


def internal_app(checks: Mapping[str, Check]) -> Callable[..., Iterable[bytes]]:
    """The WSGI application of the internal port: `/livez`, `/readyz`, `/metrics`."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if path == "/metrics":
            start_response("200 OK", [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")])
            return [metrics.render()]
        if path not in ("/livez", "/readyz"):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"/livez /readyz /metrics\n"]
        body, status = readiness(checks) if path == "/readyz" else ({"alive": True}, 200)
        start_response(
            f"{status} {'OK' if status == 200 else 'Not ready'}", [("Content-Type", "application/json")]
        )
        return [json.dumps(body).encode()]

    return application


def serve_internal(address: str, checks: Mapping[str, Check]) -> WSGIServer:
    """Serve the internal port from a daemon thread. `address` is `host:port`; port 0 takes a free one."""
    host, _, port = address.rpartition(":")
    server = make_server(host, int(port), internal_app(checks), handler_class=_Quiet)
    Thread(target=server.serve_forever, name="internal-port", daemon=True).start()
    return server


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Probes every few seconds are no news."""
