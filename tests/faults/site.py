"""The whole of Maillage as real processes over a PostgreSQL and a RabbitMQ of its own, any of which may be killed.

PostgreSQL writes to the disk here as it does for people (`fsync` on), since what is tried is what it remembers.
Processes are tied to the thread that starts them: whoever breaks and mends stands in the main thread, and who walks
(`walkers.py`) in others.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import psycopg

from deploy.local import migrations, settings
from deploy.local.children import Child
from deploy.local.demo.hosts import ensure_hosts
from deploy.local.folder import DataFolder
from deploy.local.instances import instances
from deploy.local.postgres import EmbeddedPostgres
from libs.chassis.children import free_port
from libs.chassis.db import Database
from libs.chassis.embedded_postgres import PostgresFailed
from libs.chassis.testing.rabbitmq import TestBroker
from services.consultation.causes.commands import NewCause, create_cause
from services.consultation.consultations.commands import NewConsultation, create_consultation
from tests.faults.ledger import Ledger

OPERATOR = "op1"
SLUG = "territoires"
PATIENCE_S = 120.0
GOVERNANCE = {
    "controllers": ["Coalition des Territoires"],
    "dpo": "dpo@maillage.example",
    "impact_assessment": "AIPD 2026-04",
    "minimum_age": 15,
    "votes_kept_until": "2040-12-31",
    "contacts_kept_until": "2040-12-31",
}
# Every event that is committed leaves a line here, whatever becomes of its row in the outbox.
WITNESS = (
    "CREATE TABLE witnessed (event_id uuid, type text, journaled boolean)",
    """
    CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO witnessed VALUES (NEW.event_id, NEW.type, NEW.journaled);
        RETURN NEW;
    END
    $$
    """,
    "CREATE TRIGGER witness AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION witness()",
)


class Site:
    """The processes, and the hand that kills them and starts them again."""

    def __init__(self, folder: Path, broker: TestBroker) -> None:
        self.data = DataFolder(folder)
        self.data.prepare()
        self.broker = broker
        self.vhost = broker.create_vhost()
        self.postgres = EmbeddedPostgres(self.data, instances([OPERATOR]))
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.internal = {name: f"http://127.0.0.1:{free_port()}" for name in ("web", "worker")}
        self.ledger = Ledger()
        self.environ: dict[str, str] = {}
        self.children: dict[str, Child] = {}

    # -- life --------------------------------------------------------------------------------------

    def open(self) -> None:
        """Start PostgreSQL, make and fill the databases; no process of ours runs yet."""
        self.postgres.start()
        self.environ = self.environment(self.postgres.port, self.vhost)
        migrations.migrate(self.environ, lambda _line: None)
        for one in instances([OPERATOR]):
            with self.connect(one.name) as connection:
                for statement in WITNESS:
                    connection.execute(statement)
        self._furnish()

    def environment(self, postgres_port: int, broker: str) -> dict[str, str]:
        """What the processes are told; ports may be those of a proxy."""
        told = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")},
            "MAILLAGE_OPERATORS": OPERATOR,
            "MAILLAGE_BUS_URL": broker,
            "MAILLAGE_SMTP_URL": "smtp://127.0.0.1:9",
            "MAILLAGE_CONSULTATION_FIGURES_KEPT": "0",
        }
        return settings.compose(self.data, told, postgres_port=postgres_port, url=self.url)

    def start(self, *names: str, environ: Mapping[str, str] | None = None) -> None:
        """Start processes of ours: `web`, `worker` or, unnamed, both."""
        for name in names or ("web", "worker"):
            own = {**(environ or self.environ)}
            own["MAILLAGE_INTERNAL_ADDRESS"] = self.internal[name].removeprefix("http://")
            listener = self.listener if name == "web" else None
            if name == "web":
                own["PROMETHEUS_MULTIPROC_DIR"] = str(self.data.fresh("run/prometheus"))
            self.children[name] = Child(
                name, f"deploy.local.{name}", own, self.data.logs / f"{name}.log", hand_over=listener
            )
            self.children[name].start()

    def close(self) -> None:
        """End everything but the broker, which is shared."""
        for child in self.children.values():
            child.signal(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
        self.listener.close()
        self.postgres.stop(signal.SIGQUIT)
        self.broker.delete_vhost(self.vhost)

    # -- weather -----------------------------------------------------------------------------------

    def strike(self, victim: str, chance: Random) -> None:
        """Kill one part with SIGKILL. What has just been killed cannot be again: then nothing happens."""
        if victim == "rabbitmq":
            self.broker.kill()
        elif victim == "postgres":
            _kill(self.postgres.pid)
            self.wait_until(lambda: not self.postgres.running(), "PostgreSQL lives on")
        elif victim == "backend":
            _kill(_any_child(self.postgres.pid, chance))
        elif victim == "web worker":
            _kill(_any_child(self._pid("web"), chance))
        elif victim == "web alone":
            _kill(self._pid("web"))  # those that it started are to find out for themselves
            self.wait_until(lambda: not self.children["web"].running(), "the web process lives on")
        else:
            self.children[victim].signal(signal.SIGKILL)
            self.wait_until(lambda: not self.children[victim].running(), f"the {victim} process lives on")

    def revive(self, *names: str) -> None:
        """Start again what has ended, or of it what is named, as a supervisor does; waits for servers' ports only."""
        for name in names or ("postgres", "rabbitmq", *self.children):
            if name == "postgres" and not self.postgres.running():
                self.postgres.restart()
            elif name == "rabbitmq" and not self.broker.running():
                self.broker.start()
            elif name in self.children and not self.children[name].running():
                self.children[name].start()

    def try_to_revive(self) -> bool:
        """Start PostgreSQL again if it can be; whether it runs."""
        with suppress(PostgresFailed):
            self.revive("postgres")
        return self.postgres.running()

    def _pid(self, name: str) -> int | None:
        process = self.children[name].process
        return process.pid if process is not None else None

    # -- what is looked at -------------------------------------------------------------------------

    def connect(self, name: str) -> psycopg.Connection[tuple[object, ...]]:
        """A connection to a database (`consultation`, `defis_op1`), straight to the server, in autocommit."""
        role = "postgres" if name == "postgres" else f"postgres:{name}"
        password = self.data.secret(role)
        return psycopg.connect(
            f"postgresql://{name}:{password}@127.0.0.1:{self.postgres.port}/{name}", autocommit=True
        )

    def rows(self, name: str, query: str) -> list[tuple[object, ...]]:
        """What a query finds in a database."""
        with self.connect(name) as connection:
            return connection.execute(query).fetchall()

    @contextmanager
    def database(self, name: str) -> Iterator[Database]:
        """A database of the coalition, for commands to be called in this process."""
        url = self.environ[f"MAILLAGE_{name.upper()}_DATABASE_URL"]
        opened = Database(url, service=name, owner="coalition", pool_size=2)
        try:
            yield opened
        finally:
            opened.close()

    def readiness(self, name: str) -> dict[str, str]:
        """What a process says of what it stands on; empty while it does not answer."""
        address = self.url if name == "web" else self.internal[name]
        try:
            return dict(httpx.get(f"{address}/readyz", timeout=15).json()["checks"])
        except httpx.HTTPError:
            return {}

    def wait_until_ready(self) -> None:
        """Return when every process says that all it needs answers."""
        for name in self.children:
            self.wait_until(lambda name=name: _all_well(self.readiness(name)), f"{name} is not ready")

    def wait_until(self, condition: Callable[[], bool], otherwise: str, within: float = PATIENCE_S) -> None:
        """Return once something is so; fail, saying what is not so, when it does not come."""
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, f"{otherwise}; see {self.data.logs}"
            time.sleep(0.05)

    def _furnish(self) -> None:
        now = datetime.now(UTC)
        with self.database("identity") as database, database.transaction() as session:
            ensure_hosts(session, now)
        with self.database("consultation") as database, database.transaction() as session:
            named = {"slug": SLUG, "title": {"fr": "Territoires"}}
            dates = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=9)}
            cause = create_cause(session, NewCause(**named, mandate={"fr": "Vivre mieux."}, **dates), now)
            asked = {"question": {"fr": "Comment ?"}, "introduction": {"fr": "…"}}
            asked |= {"consent_text": {"fr": "J’accepte."}}
            new = NewConsultation(**named, **asked, governance=GOVERNANCE, **dates)
            create_consultation(session, cause, new, now)


@contextmanager
def site(folder: Path, broker: TestBroker) -> Iterator[Site]:
    """A site whose processes run and are ready."""
    with ExitStack() as stack:
        built = Site(folder, broker)
        stack.callback(built.close)
        built.open()
        built.start()
        built.wait_until_ready()
        yield built


def _all_well(checks: Mapping[str, str]) -> bool:
    return bool(checks) and all(answer == "ok" for answer in checks.values())


def _kill(pid: int | None) -> None:
    if pid is not None:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # it ended by itself a moment ago


def _any_child(pid: int | None, chance: Random) -> int | None:
    found = sorted(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    return chance.choice(found) if found else None
