"""A short way past Flask, for the one request that a crowd makes at once.

Flask and marshmallow cost a vote more than writing it does (ADR 46). A lane knows one route, and of that route only the
sound request of the plainest shape, from somebody whose token was verified before. Anything else, be it only spelled
another way, goes to Flask as it came. So what is wrong with a request is still said in one place, and a lane never
refuses: it answers, or it does not.

What Flask does around every answer a lane does too: access, read-only mode, trace, metrics, log, headers.
`tests/consultation/test_voting_lane.py` holds the two ways against each other.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any, NamedTuple
from uuid import UUID

from flask import Flask, request
from werkzeug.routing import UUIDConverter

from libs.chassis.access import declared_access
from libs.chassis.observation import Observer
from libs.chassis.read_only import is_read_only
from libs.chassis.tokens import Principal, TokenVerifier
from libs.chassis.trace import traced

Sound = Callable[[Principal, UUID, bytes], bytes | None]
"""What a route answers in JSON to a caller, about an object, for a body; None for whatever is not plainly sound.

It raises what the route would raise: Flask then says it, and does not try again.
"""

_SHORT = re.compile("[0-9]{1,3}")
"""How many bytes a body may have: a sound request is short, and a longer one is Flask's to measure."""
_MET = "maillage.met"


class _Met(NamedTuple):
    """What a lane met on the way that only Flask can answer, and since when the caller has waited."""

    error: Exception
    started: float


class FastLane:
    """A WSGI application before that of `app`. Its route has one method, and one place in its address: an id."""

    def __init__(
        self,
        app: Flask,
        verifier: TokenVerifier,
        endpoint: str,
        sound: Sound,
        headers: Mapping[str, str],
    ) -> None:
        """`headers` are what `app` sets on every answer of its own."""
        (rule,) = app.url_map.iter_rules(endpoint)
        (self._method,) = (rule.methods or set()) - {"OPTIONS"}
        before, after = re.split("<uuid:[a-z_]+>", rule.rule)
        self._path = re.compile(f"{re.escape(before)}({UUIDConverter.regex}){re.escape(after)}")
        self._route = rule.rule
        self._access = declared_access(app, endpoint)
        self._headers = tuple(headers.items())
        self._observer: Observer = app.extensions["maillage.observer"]
        self._app, self._flask = app, app.wsgi_app
        self._verifier, self._sound = verifier, sound
        app.before_request(_raise_what_was_met)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, or let Flask."""
        if environ["REQUEST_METHOD"] == self._method:
            found = self._path.fullmatch(environ.get("PATH_INFO", ""))
            if found is not None and _is_plain(environ) and not is_read_only(self._app):
                return self._pass(UUID(found[1]), environ, start_response)
        return self._flask(environ, start_response)

    def _pass(
        self, object_id: UUID, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        started = time.perf_counter()
        with traced(environ.get("HTTP_TRACEPARENT", "")) as correlation_id:
            try:
                answer = self._answer(object_id, environ)
            except Exception as error:  # noqa: BLE001 - raised again within Flask
                environ[_MET], answer = _Met(error, started), None
            if answer is not None:
                self._observer.tell(self._method, self._route, 200, time.perf_counter() - started)
        if answer is None:
            return self._flask(environ, start_response)
        measured = (("Content-Type", "application/json"), ("Content-Length", str(len(answer))))
        start_response("200 OK", [*measured, *self._headers, ("X-Correlation-ID", correlation_id)])
        return (answer,)

    def _answer(self, object_id: UUID, environ: dict[str, Any]) -> bytes | None:
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        caller = self._verifier.recall(token) if scheme == "Bearer" else None
        if caller is None:
            return None
        self._access.check(caller)
        announced = int(environ["CONTENT_LENGTH"])
        try:
            body = environ["wsgi.input"].read(announced)
        except OSError:
            return None  # Flask will meet it as well
        environ["wsgi.input"] = BytesIO(body)
        return self._sound(caller, object_id, body) if len(body) == announced else None


def started_at(environ: Mapping[str, Any]) -> float:
    """When the request `environ` came in, by `time.perf_counter`; before a lane, where it took one in vain."""
    met = environ.get(_MET)
    return met.started if met is not None else time.perf_counter()


def _is_plain(environ: Mapping[str, Any]) -> bool:
    return environ.get("CONTENT_TYPE") == "application/json" and bool(
        _SHORT.fullmatch(environ.get("CONTENT_LENGTH", ""))
    )


def _raise_what_was_met() -> None:
    met = request.environ.get(_MET)
    if met is not None:
        raise met.error
