"""A hall in which workshops are held, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask.testing import FlaskClient

from libs.chassis.db import Database
from services.consultation.causes.models import Cause
from services.consultation.workshops.models import Workshop

if TYPE_CHECKING:
    from tests.consultation.conftest import Tokens

V1 = "/api/consultation/v1"
VISIO = "https://visio.example/atelier"
ROUNDS = 5


def soon(**changes: Any) -> dict[str, Any]:
    starts = datetime.now(UTC) + timedelta(days=3)
    return {
        "title": {"fr": "Des arbres, mais où ?"},
        "agenda": {"fr": "Constats, puis propositions."},
        "facilitator": "Atelier du Rhône",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=2)).isoformat(),
        "place": "Salle des fêtes",
        "online_url": VISIO,
        "capacity": 2,
    } | changes


class Hall:
    """The cause's coordinator, its workshops, and people who come, over HTTP."""

    def __init__(
        self, client: FlaskClient, tokens: Tokens, cause: Cause, database: Database, proposal: UUID
    ) -> None:
        self.client, self.tokens, self.database, self.proposal = client, tokens, database, proposal
        self.coordinator = tokens.account(("coordinator", f"cause:{cause.id}"))
        self.workshops = f"{V1}/causes/{cause.slug}/workshops"

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: Any = None, expected: int = 200
    ) -> dict[str, Any]:
        """Send a request, and return what was answered."""
        answer = self.client.open(path, method=method, json=body, headers=headers)
        assert answer.status_code == expected, answer.json
        return dict(answer.get_json() or {}) if answer.data else {}

    def convene(self, **changes: Any) -> str:
        """Convene a workshop of two places; returns its address."""
        body = soon(proposals=[str(self.proposal)]) | changes
        return f"{V1}/workshops/{self.ask('POST', self.workshops, self.coordinator, body, 201)['id']}"

    def come(self, workshop: str) -> tuple[dict[str, str], dict[str, Any]]:
        """Somebody new asks for a place; returns their headers and what they got."""
        headers = self.tokens.account()
        return headers, self.ask("PUT", f"{workshop}/place", headers)

    def begin(self, workshop: str, ago: timedelta = timedelta(hours=1)) -> None:
        """Time passes: the workshop began `ago`."""
        with self.database.transaction() as session:
            row = session.get_one(Workshop, UUID(workshop.rpartition("/")[2]))
            row.starts_at = datetime.now(UTC) - ago
            row.ends_at = row.starts_at + timedelta(hours=2)
