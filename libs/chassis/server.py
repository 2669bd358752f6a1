"""The web process: gunicorn, started from a composition root instead of its own command line.

The app is built once and its workers are forked from it, which is safe because building it opens no connection.
Workers have threads; on SIGTERM they finish the requests in hand.
"""

from __future__ import annotations

import gc
import json
import sys
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from prometheus_client.multiprocess import mark_process_dead

from libs.chassis.health import Check, NotReady, serve_internal
from libs.chassis.settings import setting

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

TURN = 0.0005
"""Seconds after which a thread that computes makes way for one that waits.

A request makes way at each of its queries, and waits for its turn after each. With Python's own 5 ms it takes a tenth
of a second while another thread counts the figures of a whole consultation.
"""


@dataclass(frozen=True, kw_only=True)
class WebSettings:
    """What a web process reads besides its service. `address` is `host:port`, or `fd://` and a descriptor."""

    address: str = setting(
        "MAILLAGE_WEB_ADDRESS", "host:port that the web process listens on", default="127.0.0.1:8000"
    )
    internal_address: str = setting(
        "MAILLAGE_INTERNAL_ADDRESS", "host:port of /livez, /readyz and /metrics", default="127.0.0.1:0"
    )
    processes: int = setting("MAILLAGE_WEB_PROCESSES", "workers of a web process", default=2)
    threads: int = setting("MAILLAGE_WEB_THREADS", "threads of one web process", default=8)
    grace: timedelta = setting(
        "MAILLAGE_WEB_GRACE", "seconds to finish what is in hand at the end", default=timedelta(seconds=10)
    )
    proxies: tuple[str, ...] = setting(
        "MAILLAGE_TRUSTED_PROXIES",
        "addresses or networks whose word is taken on whether the reader came over HTTPS, separated by commas",
        default=("127.0.0.1", "::1"),
    )


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn over one application. `checks` are what `/readyz` asks on the internal port."""

    def __init__(self, settings: WebSettings, application: WsgiApp, checks: Mapping[str, Check]) -> None:
        self._options = {
            "bind": settings.address,
            "workers": settings.processes,
            "worker_class": "gthread",
            "threads": settings.threads,
            "preload_app": True,
            "graceful_timeout": int(settings.grace.total_seconds()),
            "timeout": 60,
            "umask": 0o077,
            "forwarded_allow_ips": ",".join(settings.proxies),
            "control_socket_disable": True,
            "logger_class": _Logger,
            "when_ready": self._open_internal_port,
            "post_fork": self._leave_internal_port,
            "child_exit": lambda _arbiter, worker: mark_process_dead(worker.pid),  # type: ignore[no-untyped-call]
        }
        self._settings, self._checks = settings, checks
        self._application = application
        super().__init__()

    def _open_internal_port(self, _arbiter: object) -> None:
        """Serve the metrics of all workers on a port of the process that watches them."""
        self._internal = serve_internal(self._settings.internal_address, self._checks)

    def _leave_internal_port(self, _arbiter: object, _worker: object) -> None:
        """A worker that outlives that process for a moment must not hold its port against the next one."""
        self._internal.socket.close()

    def load_config(self) -> None:
        """Take the options above; no file, no environment."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WsgiApp:
        """The application, built once before the workers are forked.

        What it is made of lives as long as they do. Frozen, it is not searched at each collection of garbage, for which
        requests would wait tens of milliseconds, nor copied into each worker by being searched.
        """
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(TURN)
        return self._application


def answers_itself(settings: WebSettings) -> Check:
    """A check that a worker says it is ready, asked over HTTP as anybody would.

    The watching process keeps no connection to the database: the workers that it forks would share it.
    """
    host, _, port = settings.address.rpartition(":")
    address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '') else host}:{port}/readyz"  # noqa: S104 - a name

    def check() -> None:
        try:
            with urllib.request.urlopen(address, timeout=15):
                pass
        except HTTPError as answer:
            said: dict[str, str] = json.load(answer)["checks"]
            lacking = (f"{name}: {error}" for name, error in said.items() if error != "ok")
            raise NotReady(", ".join(lacking)) from answer

    return check


class _Logger(Logger):  # type: ignore[misc]
    """gunicorn's own lines, in the form of all others."""

    def setup(self, _cfg: object) -> None:
        """Leave the lines to the handlers of the process."""
        self.error_log.propagate = True
