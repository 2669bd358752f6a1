"""Défis for the tests of pages, made at an operator's service in somebody's name, as its pages would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.pages.house import SITE, Person

FIELDS: dict[str, Any] = {
    "title": "Un café pour tous",
    "problem": "On ne se croise plus.",
    "beneficiaries": "Les habitants, jeunes et vieux.",
    "commune": {"code": "88400", "name": "Rouvres-en-Xaintois"},
    "kind": "rural",
    "themes": ["lien-social"],
    "first_date": "2030-05-01",
}


@dataclass
class Defi:
    """A défi at `op1`, and whoever carries it."""

    id: str
    porteur: Person

    @property
    def path(self) -> str:
        """Its page."""
        return f"/defis/op1/{self.id}"

    def submit(self) -> None:
        """Send it to the operator."""
        ask(self.porteur, "POST", f"/defis/{self.id}/submission")


def begun(porteur: Person, **fields: Any) -> Defi:
    """A draft."""
    return Defi(ask(porteur, "POST", "/defis", {**FIELDS, **fields})["id"], porteur)


def published(porteur: Person, ebv: Person, **fields: Any) -> Defi:
    """A défi that everybody reads."""
    defi = begun(porteur, **fields)
    defi.submit()
    ask(ebv, "POST", f"/defis/{defi.id}/decision", {"decision": "publish"})
    return defi


def ask(person: Person, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """What `op1` answers to `person` at `path`, below its `/v1`; it must agree."""
    answer = person.client.open(
        f"/api/territories/op1/v1{path}",
        SITE,
        method=method,
        json=body,
        headers={"Authorization": f"Bearer {token_for(person)}"},
    )
    assert answer.status_code < 300, answer.get_data(as_text=True)
    return answer.get_json(silent=True)


def token_for(person: Person) -> str:
    """The token that stands for them at `op1`, bought with a session of its own at identity."""
    kept = getattr(person, "operator_token", None)
    if kept is not None:
        return str(kept)
    api = person.house.somebody().client
    base = "/api/identity/v1"
    asked = api.post(f"{base}/sign-in", SITE, json={"email": person.email, "return_to": "/"}).get_json()
    code = person.house.code_for(person.email)
    grant = {"grant_type": "email_code", "request": asked["request"], "code": code}
    session = api.post(f"{base}/token", SITE, json=grant).get_json()["session"]
    bought = {"grant_type": "session", "session": session, "audience": "op1"}
    token = str(api.post(f"{base}/token", SITE, json=bought).get_json()["access_token"])
    person.operator_token = token  # type: ignore[attr-defined]
    return token


def id_in(address: str) -> str:
    """The id at the end of a défi's address."""
    return urlsplit(address).path.split("/")[3]
