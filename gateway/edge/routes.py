"""The route table: which service answers which path. There is no other.

The embedded composition reads it to dispatch in process, and the production edge is rendered from it. Nothing strips
a prefix: services route on full public paths, so an address is the same wherever it is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

GATEWAY = "gateway"
_DEFIS = "defis"


@dataclass(frozen=True, slots=True)
class Route:
    """Everything under `prefix` (which ends with a slash) is answered by `service`.

    `reads` are patterns of paths below it whose answer is the same for everybody who says not who they are: there a
    production edge counts once for a crowd that comes at once, and the pages ask once.
    """

    prefix: str
    service: str
    reads: tuple[str, ...] = ()


_SLUG = "[a-z0-9][a-z0-9-]*"
_ID = "[0-9a-f-]{36}"

ROUTES = (
    Route("/api/identity/", "identity", reads=("/api/identity/v1/operators",)),
    Route(
        "/api/consultation/",
        "consultation",
        reads=(
            f"/api/consultation/v1/(causes|consultations)(/{_SLUG})?",
            f"/api/consultation/v1/consultations/{_SLUG}/results(/proposals)?",
            "/api/consultation/v1/observatory(/defis)?",
        ),
    ),
    Route("/api/notifications/", "notifications"),
    Route("/", GATEWAY),
)
"""What is there whoever the operators are. The longest prefix first, so that the first match is the right one."""


def routes(operators: Iterable[str] = ()) -> tuple[Route, ...]:
    """The whole table where these operators' défis are served; their services are called `defis_<operator>`."""
    return (*(_to_operator(operator) for operator in operators), *ROUTES)


def _to_operator(operator: str) -> Route:
    prefix = f"/api/territories/{operator}/"
    return Route(prefix, f"{_DEFIS}_{operator}", reads=(f"{prefix}v1/defis(/{_ID}/overview)?",))


_SHARED = re.compile("|".join(pattern for route in routes((_SLUG,)) for pattern in route.reads))


def service_of(path: str, table: Sequence[Route] = ROUTES) -> str:
    """The service that answers `path`."""
    return next(route.service for route in table if path.startswith(route.prefix))


def is_shared(path: str) -> bool:
    """Whether what is read at `path` is the same for everybody who says not who they are."""
    return _SHARED.fullmatch(path) is not None


def compose(apps: Mapping[str, WsgiApp], operators: Iterable[str] = ()) -> WsgiApp:
    """One WSGI application out of several, by the route table. `apps` holds one for each service named there.

    Raises `LookupError` at once where one is missing, rather than at the first request for it.
    """
    table = routes(operators)
    missing = {route.service for route in table} - set(apps)
    if missing:
        raise LookupError(f"no application for {', '.join(sorted(missing))}")

    def dispatch(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return apps[service_of(environ.get("PATH_INFO") or "/", table)](environ, start_response)

    return dispatch
