"""The configuration of the nginx at the edge, rendered from the route table.

nginx answers for 30 µs of a request where a proxy in Python would cost a millisecond. It refuses what is too large, too
slow or too much from one network, keeps public answers for moments, and says what answers lack. It names only services
of the coalition and the operators hosted with it: an operator elsewhere is called by the site, never from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.app import MAX_FORM
from gateway.edge.routes import GATEWAY, Route, routes
from gateway.edge.settings import EdgeSettings
from gateway.security import HSTS
from libs.chassis.app import MAX_BODY
from libs.chassis.settings import PREFIX, read_settings

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 - the settings admit plain words only
)

SIGN_IN_PATHS = (
    "/sign-in",
    "/sign-in/code",
    "/api/identity/v1/sign-in",
    "/api/identity/v1/token",
    "/api/identity/v1/visitors",
)
"""Posting here mails somebody, tries a code or makes a new voter: what one network may do of it is counted apart."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header added to answers that lack it."""

    name: str
    value: str

    @property
    def variable(self) -> str:
        """The name under which nginx knows what a service said of it."""
        return self.name.lower().replace("-", "_")


HEADERS = (
    Header("X-Content-Type-Options", "nosniff"),
    Header("Referrer-Policy", "no-referrer"),
    Header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    Header("Cross-Origin-Resource-Policy", "same-origin"),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the edge says in place of a service: `when` nginx meets one of these statuses, it answers `status`."""

    status: int
    when: tuple[int, ...]
    title: str
    code: str
    retry_after: str
    french: str
    english: str


REFUSALS = (
    Refusal(
        413,
        (413,),
        "Request Entity Too Large",
        "edge.too_large",
        "",
        "Ce que vous envoyez est trop volumineux. Raccourcissez-le, puis réessayez.",
        "What you send is too large. Make it shorter and try again.",
    ),
    Refusal(
        429,
        (429,),
        "Too Many Requests",
        "edge.too_many",
        "5",
        "Beaucoup de demandes arrivent de votre réseau en ce moment. Patientez quelques secondes, puis réessayez.",
        "Many requests come from your network right now. Wait a few seconds and try again.",
    ),
    Refusal(
        503,
        (502, 504),
        "Service Unavailable",
        "edge.unreachable",
        "10",
        "Cette partie du site ne répond pas pour l’instant. Si vous veniez d’envoyer quelque chose, vérifiez "
        "dans un moment que c’est bien enregistré.",
        "This part of the site does not answer for now. If you had just sent something, check in a moment that it was "
        "recorded.",
    ),
)


def render(settings: EdgeSettings) -> str:
    """The text of `nginx.conf`."""
    addresses = settings.addresses
    return _TEMPLATES.get_template("nginx.conf.j2").render(
        **_plain(settings),
        limits={"all": settings.rate, "writes": settings.write_rate, "sign_in": settings.sign_in_rate},
        routes=[_described(route, addresses) for route in routes(settings.operator_codes)],
        body_limit=MAX_BODY,
        headers=HEADERS,
        hsts=HSTS,
        refusals=REFUSALS,
        sign_in_paths=SIGN_IN_PATHS,
    )


def render_from(environ: Mapping[str, str]) -> str:
    """The same for the settings in the environment. Raises `SettingsError`."""
    others = [name for name in environ if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}EDGE_")]
    (settings,) = read_settings(environ, EdgeSettings, known=others)
    return render(settings)


def _plain(settings: EdgeSettings) -> dict[str, Any]:
    names = ("resolver", "listen", "internal_listen", "plain_listen", "server_name", "certificate")
    return {name: getattr(settings, name) for name in (*names, "certificate_key", "proxies", "folder")}


def _described(route: Route, addresses: Mapping[str, str]) -> dict[str, Any]:
    return {
        "prefix": route.prefix,
        "service": route.service,
        "reads": route.reads,
        "address": addresses[route.service],
        "body_limit": MAX_FORM if route.service == GATEWAY else MAX_BODY,
    }
