"""Child processes that never outlive the process that started them."""

import ctypes
import os
import random
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

PR_SET_PDEATHSIG = 1
# Below those that Linux gives to outgoing connections: a server that was killed finds its port again.
PORTS = range(20_000, 32_000)
_given: set[int] = set()


def dies_with_parent(signal_number: int = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn` by which the kernel sends the child `signal_number` when its parent is gone, even by SIGKILL.

    The kernel watches the *thread* that starts the child: start children from the main thread. Where there is no
    Linux, the child is only ended by those who end it.
    """
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def tie() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, int(signal_number))
            if os.getppid() != parent:  # the parent died between fork and prctl
                os._exit(1)

    return tie


def free_port() -> int:
    """A TCP port of 127.0.0.1 that was free a moment ago; this process is given every other one before it again.

    Whoever listens on it next must cope with a race lost to another process. Raises `OSError` when none of `PORTS`
    is free.
    """
    for port in sorted(random.sample(PORTS, k=len(PORTS)), key=_given.__contains__):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            _given.add(port)
            return port
    raise OSError(f"no port of {PORTS} is free")
