"""Somebody signed in who calls the services as the site does, a défi that they begin, a consultation's governance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.test import Client, TestResponse

from tests.pages.house import SITE, House

GOVERNANCE = {
    "controllers": ["Coalition des Territoires"],
    "dpo": "dpo@maillage.example",
    "impact_assessment": "AIPD 2026-04",
    "minimum_age": 15,
    "votes_kept_until": "2040-12-31",
    "contacts_kept_until": "2040-12-31",
}


class Caller:
    """Somebody signed in, who calls the services as the site does in their name."""

    def __init__(self, home: House, email: str, name: str, *grants: tuple[str, str]) -> None:
        self.home, self.email = home, email
        self.client = Client(home.app)
        home.account(email, name, grants)
        asked = self.client.post("/api/identity/v1/sign-in", SITE, json={"email": email}).get_json()
        opened = self._token(grant_type="email_code", request=asked["request"], code=home.code_for(email))
        at_op1 = self._token(grant_type="session", session=opened["session"], audience="op1")
        self.tokens = {"coalition": opened["access_token"], "op1": at_op1["access_token"]}

    def call(self, method: str, path: str, body: Any = None, status: int | None = None) -> TestResponse:
        """What a service answers; below 300 unless another status is expected."""
        owner = path.split("/")[1] if path.startswith("territories/") else "coalition"
        headers = {"Authorization": f"Bearer {self.tokens[owner]}"}
        answer = self.client.open(f"/api/{path}", SITE, method=method, json=body, headers=headers)
        got = answer.status_code
        assert got == status if status else got < 300, (
            f"{method} {path}: {got} {answer.get_data(as_text=True)}"
        )
        return answer

    def defi(self, method: str, path: str, body: Any = None, status: int | None = None) -> Any:
        return self.call(method, f"territories/op1/v1{path}", body, status).get_json(silent=True)

    def coalition(self, method: str, path: str, body: Any = None, status: int | None = None) -> Any:
        return self.call(method, path, body, status).get_json(silent=True)

    def _token(self, **grant: str) -> Any:
        answer = self.client.post("/api/identity/v1/token", SITE, json=grant)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()


def begin_defi(porteur: Caller, ebv: Caller, title: str) -> str:
    """The id of a défi that everybody reads."""
    fields = {
        "title": title,
        "problem": "On ne se croise plus.",
        "commune": {"code": "88400", "name": "Rouvres-en-Xaintois"},
        "first_date": (datetime.now(UTC) + timedelta(days=30)).date().isoformat(),
    }
    defi: str = porteur.defi("POST", "/defis", fields)["id"]
    porteur.defi("POST", f"/defis/{defi}/submission")
    ebv.defi("POST", f"/defis/{defi}/decision", {"decision": "publish"})
    return defi
