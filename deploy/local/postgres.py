"""The embedded PostgreSQL: one cluster in the data folder, one database and one role for each service."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.local.folder import DataFolder, Holder
from deploy.local.instances import Instance, instances
from deploy.local.refusals import Refused
from libs.chassis.embedded_postgres import (
    PostgresFailed,
    PostgresServer,
    copy_installation,
    initialise,
    installation,
    major_version,
    needs_other_owner,
)

SETTINGS = {"log_checkpoints": "off", "log_timezone": "UTC", "max_connections": "200"}
EARLIER_ENDS_WITHIN = 15.0  # seconds for the server of a system that was killed to write its data down


class EmbeddedPostgres:
    """The server of one data folder, while this process holds the folder, with a database for each of `served`."""

    def __init__(self, folder: DataFolder, served: Sequence[Instance] = instances()) -> None:
        self._folder, self._served = folder, served
        self._cluster = folder.postgres / "cluster"
        self._borrowed: Path | None = None
        self._server: PostgresServer | None = None

    @property
    def port(self) -> int:
        """The port on 127.0.0.1; 0 before `start`."""
        return self._server.port if self._server else 0

    @property
    def pid(self) -> int | None:
        """The server's process id."""
        return self._server.pid if self._server else None

    def start(self) -> None:
        """Make the cluster on first use, start the server, make the databases that are missing.

        Raises `Refused` when the folder's cluster cannot be served.
        """
        try:
            binaries = self._binaries()
            self._check_version(major_version(binaries))
            if not self._cluster.exists():
                self._initialise(binaries)
            _wait_for_those_inside(self._cluster)
            (self._cluster / "postmaster.pid").unlink(missing_ok=True)  # stale: nobody serves this cluster
            log = self._folder.logs / "postgres.log"
            self._server = PostgresServer(binaries, self._cluster, log, SETTINGS)
            self._server.start()
            self._make_databases()
        except PostgresFailed as failure:
            raise Refused(str(failure)) from failure
        except OSError as error:
            raise Refused(f"PostgreSQL cannot use {self._folder.postgres}: {error.strerror}.") from error

    def restart(self) -> None:
        """Start the server again after it was ended from outside, where its clients look for it."""
        assert self._server is not None
        _wait_for_those_inside(self._cluster)
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        self._server.start(port=self._server.port)

    def running(self) -> bool:
        """Whether the server is alive."""
        return self._server is not None and self._server.running()

    def stop(self, signal_number: int | None = None) -> None:
        """End the server in good order: everything committed is on the disk already, and it starts faster."""
        if self._server is not None:
            self._server.stop(*([signal_number] if signal_number else []))
        if self._borrowed is not None:
            shutil.rmtree(self._borrowed, ignore_errors=True)

    def _binaries(self) -> Path:
        """Binaries that the server's owner can read: for root's `nobody`, a copy."""
        if not needs_other_owner():
            return installation()
        if all(parent.stat().st_mode & 0o001 for parent in self._folder.postgres.parents):
            return copy_installation(self._folder.postgres / "binaries")
        # The data folder lies below one that is closed to others; it stays closed.
        note = self._folder.postgres / "borrowed"
        if note.exists():  # the place borrowed by a start that was killed
            shutil.rmtree(note.read_text(), ignore_errors=True)
        self._borrowed = Path(tempfile.mkdtemp(prefix="maillage-postgres-"))
        note.write_text(str(self._borrowed))
        self._borrowed.chmod(0o711)
        return copy_installation(self._borrowed / "binaries")

    def _check_version(self, ours: str) -> None:
        if not self._cluster.exists():
            return
        try:
            theirs = (self._cluster / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            theirs = ""
        if not theirs or not (self._cluster / "global" / "pg_control").exists():
            raise Refused(
                f"The database folder {self._cluster} is incomplete: restore it from a copy, "
                "or remove it to start afresh."
            )
        if theirs != ours:
            raise Refused(
                f"The database folder {self._cluster} was made by PostgreSQL {theirs}, and this Maillage brings "
                f"PostgreSQL {ours}: use the Maillage that made it, or another folder in MAILLAGE_DATA."
            )

    def _initialise(self, binaries: Path) -> None:
        partial = self._cluster.with_name("cluster.partial")
        _wait_for_those_inside(partial)
        shutil.rmtree(partial, ignore_errors=True)  # left by a start that was interrupted
        initialise(binaries, partial, self._folder.secret("postgres"))
        partial.rename(self._cluster)

    # -- databases ---------------------------------------------------------------------------------

    def _make_databases(self) -> None:
        password = self._folder.secret("postgres")
        address = service_url("postgres", password, self.port)
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                for instance in self._served:
                    make_database(connection, instance.name, self._folder.secret(f"postgres:{instance.name}"))
        except psycopg.OperationalError as error:
            raise Refused(
                f"PostgreSQL refuses the password kept in {self._folder}/secrets.json: "
                "restore this file from the copy that goes with the database folder."
            ) from error


def make_database(connection: psycopg.Connection[object], service: str, password: str) -> None:
    """Make the role and the database of `service` where they are missing; nobody else may connect to it."""
    role = sql.Identifier(service)
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [service]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [service]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))


def service_url(service: str, password: str, port: int) -> str:
    """The address of the database of `service`."""
    return f"postgresql://{service}:{password}@127.0.0.1:{port}/{service}"


def _wait_for_those_inside(cluster: Path) -> None:
    """Wait for the end of the server of a system that was killed. Raises `Refused` when it does not end."""
    deadline = time.monotonic() + EARLIER_ENDS_WITHIN
    while earlier := _processes_inside(cluster):
        if time.monotonic() > deadline:
            raise Refused(
                f"A PostgreSQL of an earlier start still runs in {cluster} (process {min(earlier)}): "
                "end it, then start again."
            )
        time.sleep(0.05)


def _processes_inside(cluster: Path) -> list[int]:
    """The processes that work in the cluster's folder: a server and its children, whatever their pid file says."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if Path(os.readlink(entry / "cwd")) == cluster:
                found.append(int(entry.name))
        except OSError:
            continue  # ended meanwhile, or of a user whom we could not have started
    return found


@contextmanager
def postgres_for(
    folder: DataFolder,
    command: str,
    say: Callable[[str], None],
    served: Sequence[Instance] = instances(),
    wait: float = 60.0,
) -> Iterator[int]:
    """The port of the folder's PostgreSQL: the running system's, or one started for the length of the block."""
    folder.prepare()
    deadline = time.monotonic() + wait
    told = False
    while (hold := folder.hold(command)) is None:
        holder = folder.holder()
        if holder is not None and holder.postgres_port:
            yield holder.postgres_port
            return
        if time.monotonic() > deadline:
            raise Refused(f"The data folder {folder} is in use{_by(holder)}: try again when it has ended.")
        if not told:
            say(f"Waiting for the data folder, in use{_by(holder)}.")
            told = True
        time.sleep(0.05)
    with hold:
        server = EmbeddedPostgres(folder, served)
        try:
            server.start()
            yield server.port
        finally:
            server.stop()


def _by(holder: Holder | None) -> str:
    return f" by « maillage {holder.command} » (process {holder.pid})" if holder else ""
