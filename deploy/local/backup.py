"""`maillage backup`: the databases as they were at one instant, and the passwords and keys that go with them.

The instant is the same for all databases. While each opens its snapshot, no row can leave any outbox; so an event that
one database has sent is in the mailboxes of the others, or still in its outbox, and a restored system loses none.

Not in a backup: the erasure log, which must outlive it (ADR 43); caught mails, which are copies of what the databases
sent; logs; and whatever the next start makes anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from deploy.local import postgres_programs
from deploy.local.folder import DataFolder
from deploy.local.installation import Say
from deploy.local.manifest import Dumped, Manifest, dump_of, sha256
from deploy.local.postgres import service_url
from deploy.local.refusals import Refused
from libs.chassis.embedded_postgres import installation, major_version

FILES = ("secrets.json",)
"""What a backup holds of the data folder besides databases."""
_LOCK_WITHIN = "10s"
Connection = psycopg.Connection[tuple[Any, ...]]


def back_up(data: DataFolder, port: int, target: Path, now: datetime, say: Say) -> Manifest:
    """Write a backup of the installation, whose PostgreSQL answers at `port`, into `target`, a new or empty folder.

    Raises `Refused`; what was begun is then removed.
    """
    made = not target.exists()
    _prepare(target)
    try:
        databases = _dump_all(data, port, target, say)
        for name in FILES:
            shutil.copyfile(data.path / name, target / name)
        files = {path.name: sha256(path) for path in sorted(target.iterdir())}
        manifest = Manifest(now, version("maillage"), major_version(installation()), databases, files)
        for path in target.iterdir():
            path.chmod(0o600)
        manifest.write(target)
        (target / "manifest.json").chmod(0o600)
        return manifest
    except BaseException as error:
        for path in target.iterdir():
            path.unlink()
        if made:
            target.rmdir()
        if isinstance(error, OSError | psycopg.Error):
            raise Refused(f"The backup could not be written: {error}".strip()) from error
        raise


def check_there_is_something(data: DataFolder) -> None:
    """Raise `Refused` where there is no installation: an empty backup would look like a good one."""
    if not (data.postgres / "cluster").is_dir():
        raise Refused(
            f"There is nothing to back up in {data}: name the installation's folder in MAILLAGE_DATA."
        )


def default_target(data: DataFolder, now: datetime) -> Path:
    """Where a backup goes that is told no folder: below the data folder, by its time in UTC."""
    return data.path / "backups" / f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _prepare(target: Path) -> None:
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(target.iterdir()):
            raise Refused(f"The folder {target} is not empty: name a new one.")
        target.chmod(0o700)
    except OSError as error:
        raise Refused(f"The folder {target} cannot be used ({error.strerror}).") from error


def _dump_all(data: DataFolder, port: int, target: Path, say: Say) -> dict[str, Dumped]:
    urls = {name: service_url(name, data.secret(f"postgres:{name}"), port) for name in _databases(data, port)}
    found = {}
    with _at_one_instant(list(urls.values())) as snapshots:
        for (name, url), (connection, snapshot) in zip(urls.items(), snapshots, strict=True):
            say(f"Writing the database of {name}…")
            postgres_programs.dump(url, snapshot, target / dump_of(name))
            found[name] = describe(connection)
    return found


def _databases(data: DataFolder, port: int) -> list[str]:
    """Every database of the installation, those of operators that are no longer served as well."""
    with psycopg.connect(service_url("postgres", data.secret("postgres"), port)) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY datname"
        )
        return [name for (name,) in rows]


@contextmanager
def _at_one_instant(urls: Sequence[str]) -> Iterator[list[tuple[Connection, str]]]:
    """A transaction on each database and the name of its snapshot, all of one instant; open for the block."""
    with ExitStack() as stack:
        opened = [stack.enter_context(psycopg.connect(url)) for url in urls]
        with ExitStack() as locks:
            for url in urls:
                _hold_outbox(locks.enter_context(psycopg.connect(url)))
            snapshots = [(connection, _snapshot(connection)) for connection in opened]
        yield snapshots


def _hold_outbox(connection: Connection) -> None:
    connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_WITHIN}'")
    (exists,) = connection.execute("SELECT to_regclass('outbox') IS NOT NULL").fetchone() or (False,)
    if exists:
        connection.execute("LOCK TABLE outbox IN SHARE MODE")


def _snapshot(connection: Connection) -> str:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    (name,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
    return str(name)


def describe(connection: Connection) -> Dumped:
    """The revision of a database, and the rows of each of its tables."""
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    )
    tables: Mapping[str, int] = {name: _count(connection, name) for (name,) in names.fetchall()}
    if "alembic_version" not in tables:
        return Dumped("", tables)
    (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    return Dumped(str(revision), tables)


def _count(connection: Connection, table: str) -> int:
    (count,) = connection.execute(
        sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    ).fetchone() or (0,)
    return int(count)
