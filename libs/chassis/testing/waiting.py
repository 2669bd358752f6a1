"""Waiting, in a test, for what another thread or process does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 60.0
"""Longer than anything takes on a machine that is busy with other tests: only what never comes waits so long."""


def eventually(met: Callable[[], object], within: float = PATIENCE_S) -> None:
    """Return as soon as `met` says so; it is asked again and again for `within` seconds, then `AssertionError`."""
    deadline = time.monotonic() + within
    while not met():
        assert time.monotonic() < deadline, f"it did not happen within {within:g} s"
        time.sleep(0.02)
