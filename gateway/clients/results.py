"""What the pages ask of consultation about published versions of results. Each raises `ServiceProblem`."""

from __future__ import annotations

from typing import cast

from gateway.clients.causes import call, get, items
from gateway.services import Json


def versions(slug: str) -> list[Json]:
    """The versions that the reader may know of, the newest first, without their figures."""
    return items(f"/consultations/{slug}/results/versions")


def version(slug: str, number: int) -> Json:
    """One version with its figures, as they were frozen."""
    return get(f"/consultations/{slug}/results/versions/{number}")


def publish(slug: str, fields: Json) -> Json:
    """Publish the figures of this moment as the next version."""
    return cast(Json, call("POST", f"/consultations/{slug}/results/versions", json=fields))
