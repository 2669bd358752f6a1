"""Temporary folders named after the test process that owns them, so that the next one can clear what SIGKILL left."""

import os
import re
import shutil
import tempfile
from pathlib import Path

_NAME = re.compile(r"maillage-test-(\d+)-\w+")


def make_server_folder() -> Path:
    """A new folder that other users may enter but not list; folders of test processes that are gone are removed."""
    _clear_folders_of_the_dead()
    folder = Path(tempfile.mkdtemp(prefix=f"maillage-test-{os.getpid()}-"))
    folder.chmod(0o711)
    return folder


def _clear_folders_of_the_dead() -> None:
    for path in Path(tempfile.gettempdir()).glob("maillage-test-*"):
        owner = _NAME.fullmatch(path.name)
        if owner and path.stat().st_uid == os.geteuid() and not _alive(int(owner[1])):
            shutil.rmtree(path, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
