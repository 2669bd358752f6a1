"""Actions as who coordinates a cause sets them up and measures them, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask.testing import FlaskClient

from services.consultation.causes.models import Cause

if TYPE_CHECKING:
    from tests.consultation.conftest import Tokens

V1 = "/api/consultation/v1"
TODAY = datetime.now(UTC).date()
ACTION = {
    "title": {"fr": "Isoler les écoles"},
    "description": {"fr": "Cent écoles en deux ans."},
    "bodies": {"owner": "Région", "measurer": "Université"},
}
INDICATOR = {
    "title": {"fr": "Écoles isolées"},
    "unit": "écoles",
    "baseline": "0",
    "target": "100",
    "first_due_on": TODAY.isoformat(),
    "every_months": 6,
}
MEASURE = {"measured_on": TODAY.isoformat(), "value": "12.5", "evidence": "Relevé du rectorat."}
MILESTONE = {"title": {"fr": "Premier chantier"}, "due_on": "2027-03-01"}


class Coordinator:
    """Who coordinates the cause, and what they do over HTTP."""

    def __init__(self, client: FlaskClient, tokens: Tokens, cause: Cause) -> None:
        self._client = client
        self.headers = tokens.account(("coordinator", f"cause:{cause.id}"))
        self.actions = f"{V1}/causes/{cause.slug}/actions"

    def post(self, path: str, body: Any, expected: int = 201) -> dict[str, Any]:
        """Post, and return what was answered."""
        return self._read(self._client.post(path, json=body, headers=self.headers), expected)

    def put(self, path: str, body: Any, expected: int = 200) -> dict[str, Any]:
        """Put, and return what was answered."""
        return self._read(self._client.put(path, json=body, headers=self.headers), expected)

    def action(self, **changes: Any) -> str:
        """Set up an action; returns its address."""
        return f"{V1}/actions/{self.post(self.actions, ACTION | changes)['id']}"

    def indicator(self, action: str, **changes: Any) -> str:
        """Give an action an indicator; returns the address of its measures."""
        shown = self.post(f"{action}/indicators", INDICATOR | changes)
        return f"{V1}/indicators/{shown['indicators'][-1]['id']}/measures"

    @staticmethod
    def _read(answer: Any, expected: int) -> dict[str, Any]:
        assert answer.status_code == expected, answer.json
        return dict(answer.json)


def read(client: FlaskClient, path: str) -> dict[str, Any]:
    """What anybody reads there."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.json
    assert answer.json is not None
    return dict(answer.json)
