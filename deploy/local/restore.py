"""`maillage restore`: an installation made anew from a backup, in which whoever was erased since stays erased.

It is put together in a folder below the data folder and moved into place last, once the erasures have been done again.
Until then the data folder is none of ours, and nobody can start a system on it.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import psycopg
from alembic.script import ScriptDirectory

from deploy.local import erasures, migrations, postgres_programs
from deploy.local.backup import FILES, describe
from deploy.local.folder import MARK, DataFolder, data_folder
from deploy.local.installation import Installation, Say
from deploy.local.instances import OPERATORS, SERVICES, Instance, defis_of
from deploy.local.manifest import Manifest, dump_of, read_manifest
from deploy.local.refusals import Refused
from libs.chassis.embedded_postgres import installation, major_version
from libs.chassis.erasure_log import KEPT

STAGING = "restoring"
_ERASURE_LOG = "MAILLAGE_ERASURE_LOG"


def restore(
    backup: Path,
    environ: Mapping[str, str],
    *,
    erasure_log: Path | None,
    none_erased: bool,
    now: datetime,
    say: Say,
) -> dict[str, object]:
    """Make the installation that `MAILLAGE_DATA` names from a backup. Returns what was restored, for people to read.

    `erasure_log` is a folder whose notes become the installation's own; without one, those that it has are used.
    `none_erased` says that there are none. Raises `Refused`, and then leaves the data folder as it was.
    """
    data = data_folder(environ)
    manifest = read_manifest(backup)
    _check(manifest, now)
    _check_empty(data)
    log = _erasure_log(data, environ, erasure_log, none_erased, manifest)
    staging = DataFolder(data.path / STAGING)
    try:
        erased = _rebuild(backup, manifest, staging, {**environ, _ERASURE_LOG: str(log)}, say)
        _move_into_place(staging, data)
    except BaseException:
        shutil.rmtree(staging.path, ignore_errors=True)
        raise
    rows = {name: dumped.rows for name, dumped in manifest.databases.items()}
    return {"made_at": manifest.made_at.isoformat(), "rows": rows, "erased_again": erased}


def _check(manifest: Manifest, now: datetime) -> None:
    if now - manifest.made_at > KEPT:
        raise Refused(
            f"The backup is of {manifest.made_at:%Y-%m-%d}: erasures are noted for {KEPT.days} days, so nobody knows "
            "any more who was erased since, and it must not be used."
        )
    if int(manifest.postgresql) > int(major_version(installation())):
        raise Refused(
            f"The backup was made with PostgreSQL {manifest.postgresql}, newer than the one that this Maillage "
            f"brings: restore it with Maillage {manifest.maillage} or newer."
        )
    for name, dumped in manifest.databases.items():
        known = {script.revision for script in _revisions_of(_instance(name)).walk_revisions()}
        if dumped.revision and dumped.revision not in known:
            raise Refused(
                f"The backup was made by a newer Maillage ({manifest.maillage}): the database of {name} is at "
                f"revision {dumped.revision}, which this one does not know. Restore it with that one."
            )


def _revisions_of(instance: Instance) -> ScriptDirectory:
    return ScriptDirectory(str(migrations.folder_of(instance)))


def _instance(name: str) -> Instance:
    service, _, operator = name.partition("_")
    if name in SERVICES:
        return Instance(name)
    if service == "defis" and operator:
        return defis_of(operator)
    raise Refused(f"The backup holds a database that this Maillage does not know: {name}.")


def _check_empty(data: DataFolder) -> None:
    found = {path.name for path in data.path.iterdir()} if data.path.is_dir() else set()
    if found - {data.erasures.name, STAGING}:
        raise Refused(
            f"The data folder {data} is not empty: a backup is restored into a new one. Move it away (but leave its "
            f"folder {data.erasures.name}), or set MAILLAGE_DATA to another."
        )


def _erasure_log(
    data: DataFolder, environ: Mapping[str, str], given: Path | None, none_erased: bool, manifest: Manifest
) -> Path:
    """The folder of the log that the restored installation goes on writing."""
    own = Path(environ.get(_ERASURE_LOG, "").strip() or data.erasures)
    if given is not None and given.is_dir():
        _adopt(given, own)
    elif given is not None:
        raise Refused(f"There is no erasure log in {given}.")
    elif not none_erased and not own.is_dir():
        raise Refused(
            f"There is no erasure log in {own}: whoever was erased since {manifest.made_at:%Y-%m-%d %H:%M} UTC would "
            "come back. Name the log of the installation that is lost with --erasures FOLDER (it lies in the folder "
            "« erasures » of its data folder); only where nobody was erased, say --none-erased."
        )
    return own


def _adopt(given: Path, own: Path) -> None:
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in given.glob("*.jsonl"):
        known = own / file.name
        if known.exists() and not known.samefile(file) and known.read_bytes() != file.read_bytes():
            raise Refused(f"{known} and {file} differ: leave one of them, which has the lines of both.")
        if not known.exists():
            shutil.copyfile(file, known)
            known.chmod(0o600)


def _rebuild(
    backup: Path, manifest: Manifest, staging: DataFolder, environ: Mapping[str, str], say: Say
) -> dict[str, int]:
    """Make the whole installation in `staging`; returns how many were erased again, by database."""
    shutil.rmtree(staging.path, ignore_errors=True)  # left by a restore that was killed
    staging.prepare()
    for name in FILES:
        shutil.copyfile(backup / name, staging.path / name)
        (staging.path / name).chmod(0o600)
    operators = [found.operator for found in map(_instance, manifest.databases) if found.operator]
    given = {**environ, "MAILLAGE_DATA": str(staging), OPERATORS: ",".join(operators)}
    with ExitStack() as running:
        composed = Installation(given, say, running).environ("restore")
        for name in manifest.databases:
            say(f"Restoring the database of {name}…")
            url = composed[_instance(name).database_variable]
            postgres_programs.restore(url, backup / dump_of(name))
            _check_rows(url, name, manifest)
        migrations.migrate(composed, say)
        say("Erasing again whom the erasure log names…")
        return erasures.replay(composed)


def _check_rows(url: str, name: str, manifest: Manifest) -> None:
    with psycopg.connect(url) as connection:
        found, written = describe(connection).tables, manifest.databases[name].tables
    for table in sorted({*found, *written}):
        if found.get(table) != written.get(table):
            raise Refused(
                f"The backup cannot be trusted: {dump_of(name)} gives the table {table} {found.get(table)} rows, and "
                f"there were {written.get(table)}."
            )


def _move_into_place(staging: DataFolder, data: DataFolder) -> None:
    """Move everything one level up; the mark that makes it a data folder goes last."""
    data.path.chmod(staging.path.stat().st_mode & 0o777)
    (staging.path / "lock").unlink()
    for path in sorted(staging.path.iterdir(), key=lambda path: path.name == MARK):
        path.rename(data.path / path.name)
    staging.path.rmdir()
