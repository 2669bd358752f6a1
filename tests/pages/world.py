"""Everybody who may call a service of the coalition, and one of everything that they can try on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from werkzeug.test import Client

from deploy.local.demo.accounts import ensure_accounts
from deploy.local.demo.content import write_content
from tests.pages.house import SITE, House
from tests.pages.routes import (
    ACCOUNTS,
    ACTION,
    CONSULTATION,
    FRENCH,
    IDENTITY,
    INDICATOR,
    NOTIFICATIONS,
    PARTICIPANTS,
    TODAY,
    VERSION,
    WORKSHOP,
    soon,
)


class Caller:
    """Somebody who calls the API with a token, or nobody."""

    def __init__(self, home: House, token: str = "") -> None:
        self._client = Client(home.app)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self._client.open(path, SITE, method=method.upper(), json=body, headers=self._headers)

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """What is answered to what must succeed."""
        answer = self.call(method, path, body)
        assert answer.status_code < 300, (path, answer.get_data(as_text=True))
        return answer.json


@dataclass
class World:
    """Everybody who tries, and one of everything that can be tried on."""

    people: dict[str, Caller]
    ids: dict[str, str]
    grants: dict[str, tuple[str, str]]


def _account(home: House, name: str, *grants: tuple[str, str]) -> tuple[Caller, str]:
    """Somebody signed in, and the coalition's id of them."""
    email = f"{name.replace(' ', '-')}@exemple.fr"
    subject = home.account(email, name, grants)
    nobody = Caller(home)
    request = nobody.do("post", f"{IDENTITY}/sign-in", {"email": email})["request"]
    given = {"grant_type": "email_code", "request": request, "code": home.code_for(email)}
    return Caller(home, nobody.do("post", f"{IDENTITY}/token", given)["access_token"]), str(subject)


def _load(home: House) -> str:
    """The demo's cause, open consultation and proposals; returns the cause's id."""
    with home.databases["identity"].transaction() as session:
        actors = ensure_accounts(session)
    with home.databases["consultation"].transaction() as session:
        return str(write_content(session, actors, datetime.now(UTC)).cause_id)


def make_world(home: House) -> World:
    """Everybody, and one of everything, in a house that works."""
    cause = _load(home)
    people = {"nobody": Caller(home)}
    people["visitor"] = Caller(home, people["nobody"].do("post", f"{IDENTITY}/visitors", {})["token"])
    grants = {
        "moderator": ("moderator", "coalition"),
        "moderator elsewhere": ("moderator", f"cause:{uuid4()}"),
        "coordinator": ("coordinator", f"cause:{cause}"),
        "coordinator elsewhere": ("coordinator", f"cause:{uuid4()}"),
        "administrator": ("administrator", "coalition"),
        "ebv": ("ebv", "operator:op1"),
    }
    ids = {"slug": "territoires", "operator": "op1", "code": "88160", "receipt": "x", "token": "x"}
    for name in sorted(ACCOUNTS):
        people[name], ids[name] = _account(home, name, *([grants[name]] if name in grants else []))
    _make_objects(people, ids)
    home.settle()
    ids["notice"] = people["author"].do("get", f"{NOTIFICATIONS}/inbox")["items"][0]["id"]
    return World(people, ids, grants)


def _make_objects(people: dict[str, Caller], ids: dict[str, str]) -> None:
    author, coordinator, administrator = (people[name] for name in ("author", "coordinator", "administrator"))
    asked = f"{CONSULTATION}/consultations/territoires"
    ids["cause"] = author.do("get", asked)["cause"]["slug"]
    ids["accepted"] = author.do("get", f"{asked}/proposals")["items"][0]["id"]
    for text, name in (("Il faut repeindre les ponts.", "refused"), ("Il faut des fontaines.", "pending")):
        ids[name] = author.do("post", f"{asked}/proposals", {"text": text, "language": "fr"})["id"]
    people["moderator"].do("post", f"{asked}/moderation/next")
    decision = {"decision": "refuse", "reason": "test"}
    people["moderator"].do("post", f"{CONSULTATION}/proposals/{ids['refused']}/decision", decision)
    for participant in (people[name] for name in PARTICIPANTS):
        participant.do("post", f"{asked}/consent", {"version": 1})
        participant.do("put", f"{CONSULTATION}/proposals/{ids['accepted']}/vote", {"choice": "neutral"})
    coordinator.do("post", f"{asked}/results/versions", VERSION | {"embargo_until": soon(5)})
    cause = f"{CONSULTATION}/causes/{ids['cause']}"
    ids["workshop"] = coordinator.do("post", f"{cause}/workshops", filled(WORKSHOP, ids))["id"]
    for name in ACCOUNTS:
        people[name].do("put", f"{CONSULTATION}/workshops/{ids['workshop']}/place")
    ids["action"] = coordinator.do("post", f"{cause}/actions", filled(ACTION, ids))["id"]
    action = f"{CONSULTATION}/actions/{ids['action']}"
    shown = coordinator.do("post", f"{action}/milestones", {"title": FRENCH, "due_on": TODAY})
    ids["milestone"] = shown["milestones"][0]["id"]
    ids["indicator"] = coordinator.do("post", f"{action}/indicators", INDICATOR)["indicators"][0]["id"]
    given = {"person": ids["stranger"], "role": "moderator", "scope": "coalition"}
    ids["grant"] = administrator.do("post", f"{IDENTITY}/grants", given)["id"]
    ids["follow"] = author.do("post", f"{NOTIFICATIONS}/follows", {"topic": "commune:88160"})["id"]


def filled(body: Any, ids: dict[str, str]) -> Any:
    """The body with the ids in their places."""
    if isinstance(body, dict):
        return {name: filled(value, ids) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, ids) for value in body]
    return body.format_map(ids) if isinstance(body, str) else body
