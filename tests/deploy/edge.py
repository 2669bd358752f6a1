"""A real nginx over the configuration that the code renders."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Self

import httpx

from gateway.edge.nginx import render
from gateway.edge.settings import EdgeSettings
from libs.chassis.children import dies_with_parent, free_port

NGINX = "/usr/sbin/nginx"
# Started by root, its workers would be nobody, whom pytest's folders do not let in.
_GLOBAL = "daemon off; user root;" if os.geteuid() == 0 else "daemon off;"


class Edge:
    """nginx before services whose addresses are given; `with` starts and ends it."""

    def __init__(self, folder: Path, internal_port: int = 0, **settings: Any) -> None:
        self.port, self.internal_port = free_port(), internal_port or free_port()
        self.folder = folder / f"edge-{self.port}"
        self.folder.mkdir()
        self.settings = EdgeSettings(
            listen=f"127.0.0.1:{self.port}",
            internal_listen=f"127.0.0.1:{self.internal_port}",
            folder=str(self.folder),
            **settings,
        )
        self.configuration = self.folder / "nginx.conf"
        self.configuration.write_text(render(self.settings))
        self.log = self.folder / "log"

    def check(self) -> subprocess.CompletedProcess[str]:
        """What `nginx -t` thinks of it."""
        return subprocess.run(
            [NGINX, "-t", "-q", "-c", str(self.configuration), "-e", "stderr"],
            capture_output=True,
            text=True,
            check=False,
        )

    def __enter__(self) -> Self:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [NGINX, "-c", str(self.configuration), "-e", "stderr", "-g", _GLOBAL],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=dies_with_parent(signal.SIGQUIT),
            )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                httpx.get(f"http://127.0.0.1:{self.internal_port}/livez").raise_for_status()
                return self
            except httpx.HTTPError:
                time.sleep(0.02)
        self.process.kill()
        raise AssertionError(self.log.read_text())

    def __exit__(self, *_error: object) -> None:
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)

    @property
    def url(self) -> str:
        """Where visitors reach it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def internal_url(self) -> str:
        """Where the site itself calls the services."""
        return f"http://127.0.0.1:{self.internal_port}"

    def answers(self) -> list[dict[str, Any]]:
        """Its access log."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
