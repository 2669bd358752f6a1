"""Everything on one machine: PostgreSQL, one web process, one worker process, a mail catcher; and their good end.

Sockets are bound here, before anything starts, and handed to the processes: a taken port is known at once, and while
the web process starts again its visitors wait instead of being refused. The kernel ties every child to this process,
so that even SIGKILL leaves nothing behind.
"""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from types import FrameType

from deploy.local import settings
from deploy.local.children import Child, last_words
from deploy.local.entrance import answers, listen, take
from deploy.local.folder import DataFolder, Hold
from deploy.local.instances import instances
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.preparation import prepare
from deploy.local.refusals import Refused
from libs.chassis.children import free_port
from libs.chassis.embedded_postgres import PostgresFailed

READY_WITHIN = 60.0
FINISH_WITHIN = 20.0  # seconds for requests and messages in hand
HURRY_WITHIN = 1.0
POSTGRES_PAUSE = 2.0  # seconds between two tries to start PostgreSQL again
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str], None]
Load = Callable[[Mapping[str, str]], None]


class Asked(BaseException):
    """Someone asked the system to end while it was starting: Ctrl-C, SIGTERM, or the terminal was closed."""


class Supervisor:
    """One run of the system over one data folder."""

    def __init__(self, folder: DataFolder, environ: Mapping[str, str], *, demo: bool, say: Say) -> None:
        self._folder, self._environ, self._demo, self._say = folder, environ, demo, say
        self._operators = settings.operators(environ, demo=demo)
        self._postgres = EmbeddedPostgres(folder, instances(self._operators))
        self._children: list[Child] = []
        self._internal: dict[str, str] = {}
        self._asked = threading.Event()
        self._hurry = threading.Event()
        self._may_interrupt = True

    def run(self, load: Load | None = None, welcome: Callable[[str], None] | None = None) -> None:
        """Start everything, stay until asked to end, end everything in good order.

        `load` fills the databases once they are at their newest version and before anyone is served; `welcome` is
        told the address when the system is ready. Raises `Refused` where the system cannot run.
        """
        for number in SIGNALS:
            # Under nohup, a closed terminal is to be outlived.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._on_signal)
        with ExitStack() as held:
            try:
                listener = held.enter_context(listen(self._folder, settings.port(self._environ)))
                hold = held.enter_context(take(self._folder, "demo" if self._demo else "up"))
                url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                self._start(hold, listener, url, load)
                if welcome is not None:
                    welcome(url)
                self._may_interrupt = False
                self._watch()
                listener.close()  # from here on, new visitors are refused rather than left waiting
            except Asked:
                pass
            finally:
                self._may_interrupt = False
                self._end()

    # -- start -------------------------------------------------------------------------------------

    def _start(self, hold: Hold, listener: socket.socket, url: str, load: Load | None) -> None:
        began = time.monotonic()
        mail = self._mail_listener()
        mail_port = mail.getsockname()[1] if mail else 0

        def environ(postgres_port: int) -> dict[str, str]:
            return settings.compose(
                self._folder,
                self._environ,
                postgres_port=postgres_port,
                url=url,
                mail_port=mail_port,
                demo=self._demo,
            )

        settings.read(environ(postgres_port=0))
        self._say("Starting PostgreSQL…")
        self._postgres.start()
        ready = environ(self._postgres.port)
        prepare(ready, self._say, load)
        holder = replace(
            hold.holder,
            postgres_port=self._postgres.port,
            since=datetime.now(UTC).isoformat(),
            operators=list(self._operators),
        )
        hold.tell(holder)
        self._say("Starting the web and worker processes…")
        self._start_children(ready, listener, mail)
        self._wait_until_ready(url)
        hold.tell(replace(holder, url=url, internal=self._internal))
        self._say(f"Ready after {time.monotonic() - began:.1f} s.")

    def _mail_listener(self) -> socket.socket | None:
        if not settings.catches_mail(self._environ):
            return None
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        return listener

    def _start_children(
        self, environ: Mapping[str, str], listener: socket.socket, mail: socket.socket | None
    ) -> None:
        self._internal = {name: f"127.0.0.1:{free_port()}" for name in ("web", "worker")}
        own = {
            name: {**environ, "MAILLAGE_INTERNAL_ADDRESS": address}
            for name, address in self._internal.items()
        }
        own["web"]["PROMETHEUS_MULTIPROC_DIR"] = str(self._folder.fresh("run/prometheus"))
        logs = self._folder.logs
        self._children = [
            Child("web", "deploy.local.web", own["web"], logs / "web.log", hand_over=listener),
            Child("worker", "deploy.local.worker", own["worker"], logs / "worker.log"),
        ]
        if mail is not None:
            maildir = str(self._folder.mail)
            self._children.append(
                Child(
                    "mail",
                    "deploy.local.mail",
                    environ,
                    logs / "mail.log",
                    hand_over=mail,
                    arguments=[maildir],
                )
            )
        for child in self._children:
            child.start()

    def _wait_until_ready(self, url: str) -> None:
        waiting = [f"{url}/readyz", f"http://{self._internal['worker']}/readyz"]
        deadline = time.monotonic() + READY_WITHIN
        while waiting := [address for address in waiting if not answers(address)]:
            for child in self._children:
                if not child.running():
                    raise Refused(f"The {child.name} process did not start: {last_words(child.log)}.")
            if time.monotonic() > deadline:
                raise Refused(f"The system is not ready after {READY_WITHIN:.0f} s: see {self._folder.logs}.")
            time.sleep(0.05)

    # -- life and end ------------------------------------------------------------------------------

    def _watch(self) -> None:
        while not self._asked.wait(0.25):
            if not self._postgres.running():
                self._revive_postgres()
            for child in self._children:
                news = child.revive()
                if news:
                    self._say(news)

    def _revive_postgres(self) -> None:
        """Start PostgreSQL again; where it cannot be yet, as on a full disk, say why once and go on trying."""
        self._say("PostgreSQL ended; starting it again")
        told = ""
        while not self._asked.is_set():
            try:
                self._postgres.restart()
                return
            except (PostgresFailed, Refused) as failure:
                if str(failure) != told:
                    told = str(failure)
                    self._say(f"{told} Trying again every {POSTGRES_PAUSE:.0f} s.")
                self._asked.wait(POSTGRES_PAUSE)

    def _end(self) -> None:
        if self._children or self._postgres.running():
            self._say("Ending… (Ctrl-C again to hurry)")
        for number in (signal.SIGTERM, signal.SIGKILL):
            for child in self._children:
                child.signal(number)
            self._wait_for_children()
        self._postgres.stop()

    def _wait_for_children(self) -> None:
        began = time.monotonic()
        while any(child.running() for child in self._children):
            if time.monotonic() - began > (HURRY_WITHIN if self._hurry.is_set() else FINISH_WITHIN):
                return
            time.sleep(0.02)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked.is_set():
            self._hurry.set()
            return
        self._asked.set()
        if self._may_interrupt:
            raise Asked
