"""The public site: one Flask app, made in small steps.

Embedded, `transport` is a WSGI transport over the composed services; in production it is None, and calls go over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from flask import Flask, g, request
from flask_babel import get_locale

from gateway import session
from gateway.clients.descriptions import Kept
from gateway.compiling import ByLanguage
from gateway.errors import configure_errors
from gateway.operators.calls import Operators
from gateway.operators.tokens import TokenShelf
from gateway.pages import BLUEPRINTS
from gateway.security import configure_security
from gateway.services import Services
from gateway.settings import GatewaySettings
from gateway.shared_reads import SharedReads
from gateway.statics import configure_static
from gateway.templating import configure_templates
from libs.chassis.access import configure_access
from libs.chassis.app import SlugConverter, configure_health, configure_observation
from libs.chassis.i18n import configure_languages
from libs.chassis.trace import traceparent

TRANSLATIONS = Path(__file__).parent / "translations"
MAX_FORM = 64 * 1024
"""Nothing that a page sends is longer, in bytes."""


def create_app(settings: GatewaySettings, transport: httpx.BaseTransport | None = None) -> Flask:
    """The Flask app of the site. Opens no connection."""
    app = _Site("gateway", root_path=str(Path(__file__).parent), static_folder=None)
    app.url_map.converters["slug"] = SlugConverter
    app.extensions["maillage.settings"] = settings
    configure_observation(app, "gateway", settings.owner)
    _configure_session(app, settings)
    configure_languages(app, [TRANSLATIONS])
    configure_access(app, verifier=None)
    configure_security(app)
    configure_errors(app)
    configure_templates(app, settings)
    configure_static(app)
    configure_health(app, {})
    _configure_services(app, settings, transport)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


class _Site(Flask):
    jinja_environment = ByLanguage

    def ensure_sync(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Every function here is a plain one; Flask would look at each of a dozen at every request."""
        return function


def _configure_session(app: Flask, settings: GatewaySettings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret,
        BABEL_DEFAULT_TIMEZONE="Europe/Paris",
        MAX_CONTENT_LENGTH=MAX_FORM,
        MAX_FORM_MEMORY_SIZE=MAX_FORM,
        PERMANENT_SESSION_LIFETIME=session.LIFETIME,
        PREFERRED_URL_SCHEME=urlsplit(settings.public_url).scheme,
        # The prefix has browsers refuse the cookie unless it is secure and this host's alone.
        SESSION_COOKIE_NAME="__Host-maillage" if settings.secure_cookies else "maillage",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        # Sent when it changes, and only then: an answer that comes late must not bring an older one back.
        SESSION_REFRESH_EACH_REQUEST=False,
    )

    @app.before_request
    def choose_language() -> None:
        # A file is the same for everybody: it must not depend on a cookie.
        g.language = None if request.endpoint == "static.send" else session.language()


def _configure_services(app: Flask, settings: GatewaySettings, transport: httpx.BaseTransport | None) -> None:
    services = Services(settings.services_url, _carried_on, transport)
    app.extensions["maillage.services"] = services
    app.extensions["maillage.shared_reads"] = SharedReads(settings.reads_kept)
    app.extensions["maillage.operators"] = Operators(services)
    app.extensions["maillage.tokens"] = TokenShelf()
    app.extensions["maillage.descriptions"] = Kept()


def _carried_on() -> dict[str, str]:
    """What every call to a service keeps of the reader's request: the language of its sentences, and the trace."""
    return {"Accept-Language": str(get_locale()), "traceparent": traceparent()}
