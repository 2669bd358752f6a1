"""The web half of every service: one Flask app, made in small steps.

    def create_app(settings, database, verifier) -> Flask:
        return create_service_app(
            ServiceApp(name="consultation", owner=settings.owner, blueprints=(…,), translations=…, …)
        )

What a service adds is its blueprints; errors, languages, access, logs, metrics, health and OpenAPI are the same in all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import marshmallow as ma
from flask import Flask, Response, g, request
from flask_smorest import Api
from werkzeug.routing import BaseConverter

from libs.chassis.access import configure_access, public
from libs.chassis.db import Database
from libs.chassis.fast_lane import started_at
from libs.chassis.health import Check, readiness
from libs.chassis.i18n import configure_languages
from libs.chassis.observation import Observer
from libs.chassis.problems import configure_problems
from libs.chassis.schemas import Blueprint, Schema
from libs.chassis.tokens import TokenVerifier
from libs.chassis.trace import traced

TRANSLATIONS = Path(__file__).parent / "translations"
MAX_BODY = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class ServiceApp:
    """What one service's web app is made of.

    `name` and `owner` label its metrics; it answers under `/api/<name>` unless `prefix` says otherwise.
    `translations` is its folder of catalogues. `extensions` is what its routes reach through `current_app`:
    the settings object and whatever else the composition root hands in.
    """

    name: str
    title: str
    owner: str
    database: Database
    verifier: TokenVerifier
    blueprints: Sequence[Blueprint]
    translations: Path
    prefix: str = ""
    checks: Mapping[str, Check] = field(default_factory=dict)
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def base_path(self) -> str:
        """The public path everything of this service stands under."""
        return self.prefix or f"/api/{self.name}"


def create_service_app(service: ServiceApp) -> Flask:
    """The Flask app of `service`. Opens no connection."""
    app = _App(f"maillage.{service.name}", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json.sort_keys = app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.url_map.converters["slug"] = SlugConverter
    app.extensions["maillage.database"] = service.database
    app.extensions |= service.extensions
    configure_observation(app, service.name, service.owner)
    configure_problems(app)
    configure_languages(app, [TRANSLATIONS, service.translations])
    configure_access(app, service.verifier)
    configure_health(app, {"database": service.database.ping, **service.checks})
    _configure_api(app, service)
    return app


class _App(Flask):
    def ensure_sync(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Every function here is a plain one; Flask would look at each of a dozen at every request."""
        return function


class SlugConverter(BaseConverter):
    """A short name in an address: lower-case letters, digits and hyphens. Anything else is an unknown address."""

    regex = r"[a-z0-9][a-z0-9-]{0,79}"
    part_isolating = True


def configure_observation(app: Flask, service: str, owner: str) -> None:
    """Trace and time every request, and tell of it (`Observer`)."""
    observer = app.extensions["maillage.observer"] = Observer(service, owner)

    @app.before_request
    def begin() -> None:
        g.started = started_at(request.environ)
        g.trace = traced(request.headers.get("traceparent", ""))
        g.correlation_id = g.trace.__enter__()

    @app.after_request
    def observe(response: Response) -> Response:
        elapsed = time.perf_counter() - g.get("started", time.perf_counter())
        route = request.url_rule.rule if request.url_rule else "(none)"
        observer.tell(request.method, route, response.status_code, elapsed)
        response.headers["X-Correlation-ID"] = g.get("correlation_id", "")
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        trace = g.pop("trace", None)
        if trace is not None:
            trace.__exit__(None, None, None)


def configure_health(app: Flask, checks: Mapping[str, Check]) -> None:
    """Answer `/livez` and `/readyz`. The composition root may add to what is checked."""
    asked = app.extensions["maillage.checks"] = dict(checks)

    @app.get("/livez")
    @public
    def livez() -> dict[str, bool]:
        return {"alive": True}

    @app.get("/readyz")
    @public
    def readyz() -> tuple[dict[str, Any], int]:
        return readiness(asked)


def _configure_api(app: Flask, service: ServiceApp) -> None:
    app.config.update(
        API_TITLE=service.title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=service.base_path,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "components": {
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            },
            "security": [{"bearer": []}, {}],
        },
    )
    api = _Api(app)
    for blueprint in service.blueprints:
        api.register_blueprint(blueprint, url_prefix=f"{service.base_path}{blueprint.url_prefix or ''}")
    app.view_functions["api-docs.openapi_json"] = public(
        _detached(app.view_functions["api-docs.openapi_json"])
    )
    app.extensions["maillage.api"] = api


class ProblemSchema(Schema):
    """An RFC 9457 problem: why a request was not done."""

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True, metadata={"description": "A sentence for people, translated."})
    code = ma.fields.String(
        required=True, metadata={"description": "The same for programs; it never changes."}
    )
    errors = ma.fields.List(
        ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String()),
        metadata={"description": "What is wrong in which field: objects with `field` and `detail`."},
    )


class _Api(Api):  # type: ignore[misc]
    ERROR_SCHEMA = ProblemSchema

    def _register_responses(self) -> None:
        """Describe errors as what they leave as, and nothing else so."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE

    def _register_error_handlers(self) -> None:
        """Errors are `problems`' business."""


def _detached(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda **values: method(**values)
