"""What services say of their own API, read from each and kept for a while."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, cast

from flask import current_app

from gateway.clients.identity import services
from gateway.openapi import merge
from gateway.services import Json, ServiceProblem

COALITION: Final = ("identity", "consultation", "notifications")
KEPT_S: Final = 300.0
TITLE: Final = "Maillage"


@dataclass
class Kept:
    """The merged description, kept by each process; `until` in seconds of a steady clock."""

    document: Json | None = None
    until: float = 0.0
    lock: Lock = field(default_factory=Lock)


def whole_api() -> Json:
    """The description of every service; an operator's défis are described by the first operator that answers.

    Raises `ServiceProblem` when a service of the coalition does not answer.
    """
    kept = cast(Kept, current_app.extensions["maillage.descriptions"])
    with kept.lock:
        if kept.document is None or time.monotonic() >= kept.until:
            kept.document, kept.until = merge(_documents(), TITLE), time.monotonic() + KEPT_S
        return kept.document


def _documents() -> dict[str, Json]:
    found = {name: _described(name) for name in COALITION}
    listed = services().call("GET", "/api/identity/v1/operators")["items"]
    for operator in listed:
        try:
            return {**found, "defis": _described(f"territories/{operator['code']}")}
        except ServiceProblem:
            continue
    return found


def _described(service: str) -> Json:
    return cast(Json, services().call("GET", f"/api/{service}/openapi.json"))
