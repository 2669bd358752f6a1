"""A whole system in a test: `maillage up` or `demo` as a real process over a data folder of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

MAILLAGE = Path(sys.executable).with_name("maillage")
READY_WITHIN = 90.0


def run(data: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [MAILLAGE, *arguments],
        env=environment(data, **environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=READY_WITHIN,
    )


def environment(data: Path, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}
    return {**clean, "MAILLAGE_DATA": str(data), "PORT": "0", **more}


class System:
    """A running `maillage`; `with` kills what a failed test leaves."""

    def __init__(self, data: Path, command: str = "up", **environ: str) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [MAILLAGE, command],
            env=environment(data, **environ),
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.said = ""

    def __enter__(self) -> System:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def wait_until_said(self, pattern: str) -> str:
        """Read what the system tells until a line matches; returns the match's first group, or all of it."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line
            found = re.search(pattern, line)
            if found:
                return found[found.lastindex or 0]
        raise AssertionError(f"it ended, and said: {self.said}")

    def wait_until_ready(self) -> str:
        """The address of the site."""
        return self.wait_until_said(r"runs at (http://127\.0\.0\.1:\d+)")

    def end(self, signal_number: int) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        self.process.send_signal(signal_number)
        _, rest = self.process.communicate(timeout=READY_WITHIN)
        self.said += rest
        return self.process.returncode

    def child(self, module: str) -> int:
        """The process id of the child that runs a module."""
        (pid,) = [
            pid
            for pid in processes_of(self.data)
            if module in command_line(pid) and parent(pid) == self.process.pid
        ]
        return pid


def status(data: Path) -> Any:
    answer = run(data, "status", "--json")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def get(address: str) -> int:
    with urllib.request.urlopen(address, timeout=10) as response:
        return int(response.status)


def post(address: str, body: object) -> int:
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return int(response.status)


def processes_of(data: Path) -> list[int]:
    """The living processes that work on a data folder: by their environment, command line or working folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            traces = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            place = os.readlink(entry / "cwd")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue  # gone meanwhile, or another user's
        if (
            state != "Z"
            and int(entry.name) != os.getpid()
            and (os.fsencode(data) in traces or str(data) in place)
        ):
            found.append(int(entry.name))
    return found


def command_line(pid: int) -> str:
    """How a process was started; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
