"""A private PostgreSQL for one test process: started once, databases by the hundred."""

import secrets
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from libs.chassis.embedded_postgres import (
    PostgresServer,
    copy_installation,
    initialise,
    installation,
    needs_other_owner,
)
from libs.chassis.testing.folders import make_server_folder

# A test's data are thrown away: durability would only cost time.
THROWN_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum_naptime": "10min",
}


class TestServer:
    """The server of one test process, with fresh databases made from templates in some 20 ms."""

    __test__ = False

    def __init__(self) -> None:
        self.folder = make_server_folder()
        binaries = copy_installation(self.folder / "postgresql") if needs_other_owner() else installation()
        self._password = secrets.token_urlsafe(24)
        self._server = PostgresServer(binaries, self.folder / "cluster", self.folder / "log", THROWN_AWAY)
        self._templates: dict[str, str] = {}
        self._made = 0
        try:
            initialise(binaries, self._server.cluster, self._password, sync=False)
            self._server.start(death_signal=signal.SIGQUIT)
        except BaseException:
            self.stop()
            raise

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy address of a database of this server."""
        return f"postgresql+psycopg://postgres:{self._password}@127.0.0.1:{self._server.port}/{database}"

    def create_database(self, template: str | None = None) -> str:
        """Make a new database and return its address; `template` is the address of one nobody is connected to."""
        self._made += 1
        name = f"test_{self._made}"
        source = template.rpartition("/")[2] if template else "template0"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, source)
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", url.rpartition("/")[2])

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """A new database for the length of a `with` block."""
        url = self.create_database(template)
        try:
            yield url
        finally:
            self.drop_database(url)

    def template(self, name: str, build: Callable[[str], object]) -> str:
        """The address of a database that `build(url)` prepared, for example by migrations; built once a process."""
        if name not in self._templates:
            url = self.create_database()
            build(url)
            self._templates[name] = url
        return self._templates[name]

    def stop(self) -> None:
        """End the server at once and remove its folder."""
        self._server.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, statement: str, *names: str) -> None:
        plain = self.url().replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
