"""The data folder: everything that an installation on one machine keeps, and who is using it.

maillage-data   marks the folder as ours, and says in which layout
lock            held by the process that runs the system; its text says which, and where
secrets.json    passwords and keys, generated once, readable by their owner only
postgres/       the cluster and its log
log/  mail/     what the processes say; the mails of a demo
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from deploy.local.refusals import Refused
from libs.chassis.embedded_postgres import needs_other_owner

MARK = "maillage-data"
LAYOUT = "1\n"
CHECKOUT = Path(__file__).resolve().parents[2]


def data_folder(environ: Mapping[str, str]) -> DataFolder:
    """The folder that `MAILLAGE_DATA` names, else `var` in the checkout. Touches nothing."""
    return DataFolder(Path(environ.get("MAILLAGE_DATA") or CHECKOUT / "var").expanduser().absolute())


@dataclass(frozen=True)
class Holder:
    """The process that holds the folder.

    `postgres_port` and `url` are 0 and empty until they can be used; `internal` has the `host:port` of `/readyz` and
    `/metrics` of each process, `operators` the codes of those whose défis are served.
    """

    pid: int
    command: str
    postgres_port: int = 0
    url: str = ""
    since: str = ""
    internal: dict[str, str] = field(default_factory=dict)
    operators: list[str] = field(default_factory=list)


class DataFolder:
    """One installation's folder; `prepare` makes it and `hold` takes it for this process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def postgres(self) -> Path:
        """Where the cluster lies."""
        return self.path / "postgres"

    @property
    def logs(self) -> Path:
        """Where processes write their logs, one file each."""
        return self.path / "log"

    @property
    def mail(self) -> Path:
        """The Maildir of the mail catcher."""
        return self.path / "mail"

    @property
    def erasures(self) -> Path:
        """Where erasures are noted, to be done again in a database that is restored; in no backup itself."""
        return self.path / "erasures"

    def prepare(self) -> None:
        """Make the folder where it is missing. Raises `Refused` on one that cannot be used."""
        try:
            if self.path.is_dir() and self._is_somebody_elses():
                raise Refused(
                    f"The data folder {self} holds other files and was not made by Maillage (it has no {MARK}): "
                    "empty it, or set MAILLAGE_DATA to another folder."
                )
            self.path.mkdir(parents=True, exist_ok=True)
            _write_once(self.path / MARK, LAYOUT)
            for folder in (self.postgres, self.logs):
                folder.mkdir(exist_ok=True)
            self.logs.chmod(0o700)
            for folder in (self.path, self.postgres):
                # Root runs PostgreSQL as `nobody`, who must enter, and need not list.
                folder.chmod(0o711 if needs_other_owner() else 0o700)
            (self.path / "lock").touch(mode=0o600)
        except OSError as error:
            raise Refused(
                f"The data folder {self} cannot be used ({error.strerror}): set MAILLAGE_DATA to a folder of yours."
            ) from error
        layout = (self.path / MARK).read_text()
        if layout != LAYOUT:
            raise Refused(
                f"The data folder {self} is of another version of Maillage (layout {layout.strip()!r})."
            )

    def _is_somebody_elses(self) -> bool:
        found = {path.name for path in self.path.iterdir()} - {f"{MARK}.partial"}
        return bool(found) and MARK not in found

    def hold(self, command: str) -> Hold | None:
        """Take the folder for this process, or None while another process holds it."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return Hold(descriptor, Holder(os.getpid(), command))

    def holder(self) -> Holder | None:
        """Who holds the folder, or held it when it was ended without a word; None if nobody."""
        try:
            return Holder(**json.loads((self.path / "lock").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def fresh(self, name: str) -> Path:
        """An empty folder below this one, for what does not survive a restart."""
        path = self.path / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def secret(self, name: str, generate: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> str:
        """The secret called `name`, generated and stored the first time it is asked for."""
        path = self.path / "secrets.json"
        try:
            known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        except (OSError, ValueError) as error:
            raise Refused(
                f"The file {path} cannot be read: restore it from a copy of the data folder."
            ) from error
        if name not in known:
            known[name] = generate()
            _replace(path, json.dumps(known, indent=1) + "\n")
        return known[name]


class Hold:
    """The folder taken by this process; `with` gives it back."""

    def __init__(self, descriptor: int, holder: Holder) -> None:
        self._descriptor = descriptor
        self.holder = holder
        self.tell(holder)

    def tell(self, holder: Holder) -> None:
        """Write who holds the folder, for other commands to read."""
        self.holder = holder
        self._write(json.dumps(asdict(holder)))

    def _write(self, text: str) -> None:
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._write("")
        os.close(self._descriptor)


def _write_once(path: Path, text: str) -> None:
    if not path.exists():
        _replace(path, text)


def _replace(path: Path, text: str) -> None:
    """Write the file whole or not at all, readable by its owner only."""
    partial = path.with_name(path.name + ".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
