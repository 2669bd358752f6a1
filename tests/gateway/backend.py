"""The services as the gateway sees them: their public API, in memory, for tests of the pages alone.

The pages meet the real services in tests/e2e.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from tests.gateway import consultation, identity, notifications
from tests.gateway.service import Refusal

HANDLERS = identity.HANDLERS | consultation.HANDLERS | notifications.HANDLERS
"""The API of the services, each call with the method of `Backend` that answers it."""


class Backend(identity.Identity, consultation.Consultation, notifications.Notifications):
    """A WSGI application. Its attributes are its state, to arrange and to look at."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: Refusal | None = None
        self.seen: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        asked = {
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"].removeprefix("/api/"),
            "query": {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()},
            "body": json.loads(body) if body else {},
            "token": environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer "),
            "language": environ.get("HTTP_ACCEPT_LANGUAGE"),
            "traceparent": environ.get("HTTP_TRACEPARENT", ""),
        }
        self.seen.append(asked)
        try:
            if self.broken:
                raise self.broken
            status, answer = self.answer(asked)
            kind = "application/json"
        except Refusal as refusal:
            errors = [{"field": name, "detail": text} for name, text in refusal.fields.items()]
            status, kind = refusal.status, "application/problem+json"
            answer = {"status": status, "code": refusal.code, "detail": refusal.detail, "errors": errors}
        start_response(f"{status} -", [("Content-Type", kind)])
        return [] if answer is None else [json.dumps(answer).encode()]

    def answer(self, asked: dict[str, Any]) -> tuple[int, Any]:
        asked_for = f"{asked['method']} {asked['path']}"
        for pattern, handler in HANDLERS.items():
            found = re.fullmatch(pattern, asked_for)
            if found:
                status, answer = getattr(self, handler)(asked, *found.groups())
                return status, answer
        raise Refusal(404, "unknown", "Rien à cette adresse.")
