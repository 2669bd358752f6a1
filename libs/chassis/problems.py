"""The web edge of `errors`: every refusal and every failure leaves as RFC 9457 `application/problem+json`."""

from __future__ import annotations

from typing import Any

import psycopg
import structlog
from flask import Flask, Response, current_app, json, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from libs.chassis.db import InDoubt
from libs.chassis.errors import Problem, TooMany, Unauthenticated, Unavailable
from libs.chassis.i18n import translate
from libs.chassis.messages import N_

log = structlog.get_logger()

_HTTP_MESSAGES = {
    400: ("request.malformed", N_("This request cannot be read.")),
    404: ("request.unknown_address", N_("There is nothing at this address.")),
    405: ("request.method", N_("This address does not take that method.")),
    413: ("request.too_large", N_("More was sent than this address reads.")),
    415: ("request.media_type", N_("This address reads JSON: send Content-Type: application/json.")),
}
_SAFE = ("GET", "HEAD", "OPTIONS")
_UNAVAILABLE = N_("The service cannot reach its data for now. Nothing was changed.")
_IN_DOUBT = N_(
    "The service lost its data while it was writing: this may be done, or not. Please look before you try again."
)


def configure_problems(app: Flask) -> None:
    """Answer every exception of the app with a problem document."""
    app.register_error_handler(Problem, _on_problem)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(DBAPIError, _on_database_error)
    app.register_error_handler(psycopg.Error, _on_database_error)
    app.register_error_handler(PoolTimeout, _on_database_error)
    app.register_error_handler(InDoubt, _on_database_error)
    app.register_error_handler(Exception, _on_bug)


def problem_document(problem: Problem) -> dict[str, Any]:
    """The problem in the language of the request; also used for one item of a batch."""
    app = current_app
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": translate(app, problem.title),
        "status": problem.status,
        "detail": translate(app, problem.sentence),
        "code": problem.code,
    }
    if problem.errors:
        document["errors"] = [
            {"field": error.field, "detail": translate(app, error.sentence)} for error in problem.errors
        ]
    return document


def _on_problem(problem: Problem) -> Response:
    response = _respond(problem_document(problem))
    if isinstance(problem, TooMany | Unavailable):
        response.headers["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _on_http_exception(error: HTTPException) -> Response:
    status = error.code or 500
    code, message = _HTTP_MESSAGES.get(status, ("request.refused", error.name))
    response = _respond(
        {
            "type": "about:blank",
            "title": error.name,
            "status": status,
            "detail": translate(current_app, message),
            "code": code,
        }
    )
    response.headers.extend(
        (name, value) for name, value in error.get_headers() if name in ("Allow", "Location", "Retry-After")
    )
    return response


def _on_database_error(error: Exception) -> Response:
    """`error` is SQLAlchemy's or, from a hot path, psycopg's own."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.Error) and _is_a_bug(cause):
        return _on_bug(error)
    log.warning("database unavailable", error=type(cause).__name__)
    if isinstance(error, InDoubt) and request.method not in _SAFE:
        return _on_problem(Unavailable("database.in_doubt", _IN_DOUBT))
    return _on_problem(Unavailable("database.unavailable", _UNAVAILABLE))


def _is_a_bug(error: psycopg.Error) -> bool:
    # No state at all: the connection broke. Class 08: connection; 53: resources; 57: operator intervention; 25006:
    # read-only. All are the server's condition; any other state is our mistake.
    state = error.sqlstate
    return state is not None and state[:2] not in ("08", "53", "57") and state != "25006"


def _on_bug(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return _respond(
        {
            "type": "about:blank",
            "title": translate(current_app, N_("Unexpected error")),
            "status": 500,
            "detail": translate(current_app, N_("Something broke on our side. It has been logged.")),
            "code": "service.failed",
        }
    )


def _respond(document: dict[str, Any]) -> Response:
    # In ASCII: a document may quote a field name that no encoding can hold.
    body = json.dumps(document, ensure_ascii=True)
    return Response(body, status=document["status"], mimetype="application/problem+json")
