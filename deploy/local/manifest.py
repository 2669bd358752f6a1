"""What a backup holds: `manifest.json` beside its files, written last, so that a backup without one is a torn one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from deploy.local.refusals import Refused

MANIFEST = "manifest.json"
FORMAT = 1
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Dumped:
    """A database as it was: its revision (empty if it was never migrated), and the rows of each table."""

    revision: str
    tables: Mapping[str, int]

    @property
    def rows(self) -> int:
        """All its rows."""
        return sum(self.tables.values())


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup. `files` has the SHA-256 of each file by its name; `databases` are by name, `identity`, `defis_op1`.

    `maillage` and `postgresql` are the versions that made it.
    """

    made_at: datetime
    maillage: str
    postgresql: str
    databases: Mapping[str, Dumped]
    files: Mapping[str, str]

    def write(self, folder: Path) -> None:
        """Write it into the folder of the backup."""
        said = {"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}
        (folder / MANIFEST).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the backup in `folder`, each of its files looked at. Raises `Refused`, naming what is wrong."""
    manifest = _read(folder / MANIFEST)
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise Refused(f"The backup is not whole: {path} is missing.")
        if sha256(path) != digest:
            raise Refused(f"The backup cannot be trusted: {path} is not as it was written (another SHA-256).")
    return manifest


def dump_of(database: str) -> str:
    """The file of a backup that holds a database."""
    return f"{database}.dump"


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _read(path: Path) -> Manifest:
    if not path.is_file():
        raise Refused(
            f"There is no whole backup in {path.parent}: it has no {MANIFEST}, which is written last."
        )
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        known = said.pop("format")
        if known != FORMAT:
            raise Refused(
                f"The backup in {path.parent} was made by a newer Maillage (format {known}): use that one."
            )
        databases = {name: Dumped(**one) for name, one in said.pop("databases").items()}
        made_at = datetime.fromisoformat(said.pop("made_at"))
        manifest = Manifest(**said, made_at=made_at, databases=databases)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Refused(f"The backup cannot be trusted: {path} cannot be read.") from error
    if not {dump_of(name) for name in databases} <= set(manifest.files):
        raise Refused(f"The backup cannot be trusted: {path} names a database without its file.")
    return manifest
