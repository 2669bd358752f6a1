"""The door: the port that visitors reach, the data folder taken for this process, and whether someone answers."""

from __future__ import annotations

import os
import socket
import time
import urllib.error
import urllib.request

from deploy.local.folder import DataFolder, Hold, Holder
from deploy.local.refusals import Refused

FREE_AGAIN_WITHIN = 10.0  # seconds for the port of a system that was killed


def listen(folder: DataFolder, port: int) -> socket.socket:
    """A socket that listens on 127.0.0.1 and `port` (0 takes a free one). Raises `Refused` when it is taken."""
    left = folder.holder()
    deadline = time.monotonic() + (FREE_AGAIN_WITHIN if left is not None and not alive(left) else 0.0)
    while True:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(512)
            return listener
        except PermissionError as error:
            listener.close()
            raise Refused(
                f"Port {port} needs rights that you do not have: set PORT to one above 1023."
            ) from error
        except OSError as error:
            listener.close()
            if left is not None and alive(left) and left.url.endswith(f":{port}"):
                raise Refused(
                    f"Maillage already runs from {folder}, at {left.url} (process {left.pid})."
                ) from error
            if time.monotonic() > deadline:
                raise Refused(f"Port {port} is taken by another program: set PORT to a free one.") from error
            time.sleep(0.1)


def take(folder: DataFolder, command: str) -> Hold:
    """Prepare the data folder and hold it. Raises `Refused` when someone else does."""
    folder.prepare()
    hold = folder.hold(command)
    if hold is None:
        holder = folder.holder()
        by = f" by « maillage {holder.command} » (process {holder.pid})" if holder else ""
        raise Refused(
            f"The data folder {folder} is in use{by}: end it, or set MAILLAGE_DATA to another folder."
        )
    return hold


def alive(holder: Holder) -> bool:
    """Whether the holder's process still exists."""
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def answers(address: str) -> bool:
    """Whether an HTTP address answers 200 within two seconds."""
    try:
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
