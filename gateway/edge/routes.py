"""The route table: which service answers which path. There is no other.

The embedded composition reads it to dispatch in process, and the production edge is rendered from it. Nothing strips
a prefix: services route on full public paths, so an address is the same wherever it is built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Route:
    """Everything under `prefix` (which ends with a slash) is answered by `service`."""

    prefix: str
    service: str


ROUTES = (
    Route("/api/identity/", "identity"),
    Route("/api/consultation/", "consultation"),
    Route("/", GATEWAY),
)
"""The longest prefix first, so that the first match is the right one."""


def service_of(path: str) -> str:
    """The service that answers `path`."""
    return next(route.service for route in ROUTES if path.startswith(route.prefix))


def compose(apps: Mapping[str, WsgiApp]) -> WsgiApp:
    """One WSGI application out of several, by the route table. `apps` holds one for each service named there.

    Raises `LookupError` at once where one is missing, rather than at the first request for it.
    """
    missing = {route.service for route in ROUTES} - set(apps)
    if missing:
        raise LookupError(f"no application for {', '.join(sorted(missing))}")

    def dispatch(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return apps[service_of(environ.get("PATH_INFO") or "/")](environ, start_response)

    return dispatch
