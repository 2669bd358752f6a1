"""Causes over HTTP."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from services.consultation.causes.models import Cause
from tests.consultation.conftest import Tokens

PATH = "/api/consultation/v1/causes"
COORDINATOR = ("coordinator", "coalition")


def sound(**changes: Any) -> dict[str, Any]:
    return {
        "slug": "grand-age",
        "title": {"fr": "Grand âge"},
        "mandate": {"fr": "Vieillir chez soi."},
        "opens_at": "2026-01-01T00:00:00+01:00",
        "closes_at": "2029-01-01T00:00:00+01:00",
    } | changes


def test_a_coordinator_of_the_coalition_starts_a_cause(client: FlaskClient, tokens: Tokens) -> None:
    answer = client.post(PATH, json=sound(), headers=tokens.account(COORDINATOR))
    assert answer.status_code == 201, answer.json
    shown = client.get(f"{PATH}/grand-age").json
    assert shown is not None
    assert (shown["title"], shown["status"]) == ({"fr": "Grand âge"}, "open")
    listed = client.get(PATH).json
    assert listed is not None
    assert [item["slug"] for item in listed["items"]] == ["grand-age"]


def test_the_coordinator_of_a_cause_starts_no_other(
    client: FlaskClient, tokens: Tokens, cause: Cause
) -> None:
    answer = client.post(PATH, json=sound(), headers=tokens.account(("coordinator", f"cause:{cause.id}")))
    assert answer.status_code == 403


def test_what_is_no_cause_is_refused(client: FlaskClient, tokens: Tokens, cause: Cause) -> None:
    headers = tokens.account(COORDINATOR)
    backwards = client.post(PATH, json=sound(closes_at="2025-01-01T00:00:00+01:00"), headers=headers)
    assert backwards.status_code == 422
    taken = client.post(PATH, json=sound(slug=cause.slug), headers=headers)
    assert (taken.status_code, taken.json and taken.json["code"]) == (409, "cause.slug_taken")
    assert client.get(f"{PATH}/inconnue").status_code == 404
    assert client.get(f"{PATH}?cursor=WyJjb25zdWx0YXRpb25zIiwxLDJd").status_code == 400
