"""Which request a line of log, a message or a job belongs to: W3C Trace Context, kept in a context variable.

https://www.w3.org/TR/trace-context/. The trace id is the correlation id: it comes from the `traceparent` header of
the request, goes into every event recorded while answering it, and from there to the consumers' log lines.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"00-(?P<trace>(?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}\Z")
_trace_id: ContextVar[str] = ContextVar("trace_id", default="")


@contextmanager
def traced(traceparent: str = "") -> Iterator[str]:
    """Run under the trace that `traceparent` names, or under a new one when it names none. Yields the trace id."""
    known = _TRACEPARENT.match(traceparent)
    token = _trace_id.set(known["trace"] if known else _new_id(16))
    try:
        yield _trace_id.get()
    finally:
        _trace_id.reset(token)


def correlation_id() -> str:
    """The trace id in force, or an empty text outside any."""
    return _trace_id.get()


def traceparent() -> str:
    """The header to send on: the trace in force (a new one outside any), a new span."""
    return f"00-{correlation_id() or _new_id(16)}-{_new_id(8)}-01"


def _new_id(size: int) -> str:
    """An id of `size` bytes, in hexadecimal. It only has to differ from others: the kernel is not asked for it."""
    return random.randbytes(size).hex()  # noqa: S311 - no secret
