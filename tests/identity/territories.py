"""Territories as whoever calls the service reads them: searched, and listed."""

from __future__ import annotations

from typing import Any

from tests.identity.conftest import Identity


def search(france: Identity, typed: str, **more: Any) -> list[dict[str, Any]]:
    """The communes found by what was typed, the best first."""
    answer = france.call("GET", "/v1/territories/search", query_string={"q": typed, **more})
    assert answer.status_code == 200, answer.json
    return list(answer.json["items"])


def found(france: Identity, typed: str, **more: Any) -> list[str]:
    """Their codes."""
    return [each["code"] for each in search(france, typed, **more)]


def listed(france: Identity, **query: Any) -> dict[str, Any]:
    """A page of a list."""
    answer = france.call("GET", "/v1/territories", query_string=query)
    assert answer.status_code == 200, answer.json
    return dict(answer.json)
