"""Whoever publishes the results of a consultation, and whoever reads them, over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask.testing import FlaskClient
from sqlalchemy import text

from libs.chassis.db import Database
from services.consultation.causes.models import Cause
from services.consultation.worker import jobs

if TYPE_CHECKING:
    from tests.consultation.conftest import Tokens

RESULTS = "/api/consultation/v1/consultations/vivre-mieux/results"
PATH = f"{RESULTS}/versions"
HOUR = timedelta(hours=1)
LATER = {"embargo_until": (datetime.now(UTC) + HOUR).isoformat()}
WHY = {"fr": "Trois feuilles avaient été comptées deux fois."}


class Press:
    """Whoever publishes the results, and whoever reads them."""

    def __init__(self, client: FlaskClient, tokens: Tokens, cause: Cause, database: Database) -> None:
        self.client, self.tokens, self.database = client, tokens, database
        self.coordinator = tokens.account(("coordinator", f"cause:{cause.id}"))

    def publish(self, expected: int = 201, headers: Any = None, **body: Any) -> dict[str, Any]:
        answer = self.client.post(PATH, json=body, headers=headers or self.coordinator)
        assert answer.status_code == expected, answer.json
        return dict(answer.json or {})

    def read(self, path: str = "", expected: int = 200, headers: Any = None) -> dict[str, Any]:
        answer = self.client.get(f"{PATH}{path}", headers=headers)
        assert answer.status_code == expected, answer.json
        return dict(answer.json or {})

    def numbers(self, headers: Any = None) -> list[int]:
        return [version["number"] for version in self.read(headers=headers)["items"]]

    def pass_time(self, now: datetime | None = None) -> None:
        """Let the worker do what its clock tells it."""
        (job,) = [job for job in jobs if job.name == "record-published-results"]
        with self.database.transaction() as session:
            job.run(session, now or datetime.now(UTC))

    def told(self, kind: str = "results_published") -> list[dict[str, Any]]:
        with self.database.transaction() as session:
            rows = session.scalars(
                text("SELECT envelope FROM outbox WHERE type LIKE :type ORDER BY position"),
                {"type": f"%.{kind}.v1"},
            ).all()
        return [json.loads(row)["data"] for row in rows]
