"""Read-only mode (`MAILLAGE_READ_ONLY`): whatever would change something is refused and says so; reading goes on.

For as long as databases are copied, moved or migrated by hand. The edge refuses by method, before it reads the body;
workers rest, so events, jobs and mails wait where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event as Flag
from typing import Any, ClassVar, TypeVar

import structlog
from flask import Flask, current_app, request

from libs.chassis.errors import Unavailable
from libs.chassis.messages import N_

log = structlog.get_logger()

View = TypeVar("View", bound=Callable[..., Any])
READ_ONLY = "service.read_only"
"""The code of the refusal."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_ON = "maillage.read_only"


class ReadOnly(Unavailable):
    """Nothing can be changed for now, on purpose."""

    retry_after: ClassVar[int] = 120

    def __init__(self) -> None:
        super().__init__(
            READ_ONLY,
            N_(
                "For a short while everything can be read and nothing can be changed: we are looking after the site. "
                "Please try again in a few minutes."
            ),
        )


def refuse_writes(app: Flask) -> None:
    """Refuse every request to `app` that would change something."""
    app.extensions[_ON] = True

    @app.before_request
    def refuse() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if request.method not in _READING and view is not None and not getattr(view, "__reads__", False):
            raise ReadOnly


def reads(view: View) -> View:
    """A route that changes nothing though its method says so, and calls `check_writable` where it does after all."""
    view.__reads__ = True  # type: ignore[attr-defined]
    return view


def is_read_only(app: Flask) -> bool:
    """Whether nothing of `app` may be changed."""
    return _ON in app.extensions


def check_writable() -> None:
    """Raise `ReadOnly` where nothing may be changed."""
    if is_read_only(current_app):
        raise ReadOnly


def rest(stop: Flag) -> None:
    """What a worker does meanwhile, until `stop` is set."""
    log.info("resting: read-only")
    stop.wait()
