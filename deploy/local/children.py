"""The processes that the supervisor keeps alive: each with its log file, started again when it falls."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from libs.chassis.children import dies_with_parent

STEADY_AFTER = 30.0  # seconds of life after which a fall counts as the first again
LONGEST_PAUSE = 15.0
LOG_LIMIT = 20 * 1024 * 1024


class Child:
    """One process of the system, run as `python -m <module>` and named after its role."""

    def __init__(
        self,
        name: str,
        module: str,
        environ: Mapping[str, str],
        log: Path,
        *,
        hand_over: socket.socket | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        """`hand_over` is a socket that the process serves: its descriptor is the first argument.

        It is kept, and so stays open, for as long as the process may have to be started again.
        """
        self.name, self.module, self.environ, self.log = name, module, dict(environ), log
        self._hand_over = hand_over
        self._inherited = [hand_over.fileno()] if hand_over is not None else []
        self._arguments = [*map(str, self._inherited), *arguments]
        self.process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._falls = 0
        self._start_at: float | None = None

    def start(self) -> None:
        """Start the process, in a session of its own: a Ctrl-C in the terminal is the supervisor's to pass on."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".1.log"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module, *self._arguments],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self._inherited,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )
        self._started_at = time.monotonic()
        self._start_at = None

    def running(self) -> bool:
        """Whether the process is alive."""
        return self.process is not None and self.process.poll() is None

    def revive(self) -> str | None:
        """Start the process again if it has ended, after a pause that doubles with each fall (0.5 to 15 s).

        Returns what happened in a few words, when something did.
        """
        if self.running():
            return None
        now = time.monotonic()
        if self._start_at is None:
            self._falls = 1 if now - self._started_at > STEADY_AFTER else self._falls + 1
            pause = min(LONGEST_PAUSE, 0.25 * 2**self._falls)
            self._start_at = now + pause
            code = self.process.returncode if self.process else None
            return f"{self.name} ended ({describe_exit(code)}); starting it again in {pause:.1f} s (see {self.log})"
        if now >= self._start_at:
            self.start()
            return f"{self.name} started again (process {self.process.pid if self.process else '?'})"
        return None

    def signal(self, number: int) -> None:
        """Send a signal, if there is still someone to receive it.

        SIGKILL goes to the processes it has started as well: killed, it cannot end them itself.
        """
        if self.process is not None and self.process.poll() is None:
            with suppress(ProcessLookupError):
                if number == signal.SIGKILL:
                    os.killpg(self.process.pid, number)
                else:
                    self.process.send_signal(number)


def describe_exit(code: int | None) -> str:
    """A process's end in words: its exit code, or the signal that ended it."""
    if code is None:
        return "never started"
    if code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit {code}"


def last_words(log: Path) -> str:
    """The last line of a log, for a sentence."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return f"{lines[-1].rstrip('.')} (see {log})" if lines else f"see {log}"
