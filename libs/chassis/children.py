"""Child processes that never outlive the process that started them."""

import ctypes
import os
import signal
import socket
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


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
    """A TCP port of 127.0.0.1 that was free a moment ago; whoever listens on it next must cope with a lost race."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
