"""pg_dump and pg_restore, which come with the embedded PostgreSQL and have its version."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.local.refusals import Refused
from libs.chassis.embedded_postgres import installation


def dump(url: str, snapshot: str, file: Path) -> None:
    """Write the database at `url`, as `snapshot` sees it, into `file`; without names of roles. Raises `Refused`."""
    _run(
        "pg_dump",
        url,
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--snapshot={snapshot}",
        f"--file={file}",
    )


def restore(url: str, file: Path) -> None:
    """Fill the empty database at `url` from `file`, in one transaction. Raises `Refused`."""
    _run(
        "pg_restore",
        url,
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        str(file),
    )


def _run(program: str, url: str, *arguments: str) -> None:
    parts = urlsplit(url)
    # The password travels in the environment: other users see command lines.
    environ = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
    }
    command = [str(installation() / "bin" / program), f"--dbname={parts.path[1:]}", *arguments]
    answer = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        said = (answer.stderr.strip().splitlines() or ["it gave no reason"])[0]
        raise Refused(f"{program} failed on the database {parts.path[1:]}: {said}")
