"""How a process of a service begins: `python -m services.identity web`, `worker`, `migrate` or `replay-erasures`.

prometheus_client looks for the folder that web workers share once, when it is first imported. So the folder is made
here, empty, before the service is imported, and this module imports nothing that counts anything.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from libs.chassis.settings import SettingsError

Role = Callable[[Mapping[str, str]], None]
"""What one kind of process does with its environment, until it is asked to end."""

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def start(composition: str) -> None:
    """Run the role that the command line names, of those that the module `composition` lists as `ROLES`.

    Exits with 1 and one line for each setting that is wrong, or with 2 when it was called wrongly.
    """
    if sys.argv[1:] == ["web"]:
        fresh_metrics_folder()
    roles: Mapping[str, Role] = import_module(composition).ROLES
    if len(sys.argv) != 2 or sys.argv[1] not in roles:
        sys.stderr.write(f"usage: python -m {composition.rpartition('.')[0]} {' | '.join(roles)}\n")
        sys.exit(2)
    try:
        roles[sys.argv[1]](os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)


def fresh_metrics_folder() -> Path:
    """The folder in which the web workers of this process count, empty.

    The one that the environment names, else a temporary one that ends with the process. What an earlier run counted
    must not be added to what this one does.
    """
    named = os.environ.get(METRICS_FOLDER)
    if named:
        folder = Path(named)
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("*.db"):
            left.unlink()
        return folder
    folder = Path(tempfile.mkdtemp(prefix="maillage-metrics-"))
    os.environ[METRICS_FOLDER] = str(folder)
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder: Path, owner: int) -> None:
    # Forked workers have inherited the note to remove it, and the others still count.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
