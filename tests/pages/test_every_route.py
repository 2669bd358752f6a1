"""Every route of the coalition's services with every role, with a stranger, and with other people's objects.

Whoever may is answered, or told that it cannot be done now (409), or what is wrong with a body that is so on purpose
(422); whoever may not is told so before anything happens. Operators' routes have the same test in
`tests/defis/test_every_route.py`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import Client

from deploy.local.demo.accounts import ensure_accounts
from deploy.local.demo.content import write_content
from tests.pages.house import SITE, House

DOCS = Path(__file__).parents[2] / "docs/openapi"
IDENTITY, CONSULTATION, NOTIFICATIONS = (
    f"/api/{service}/v1" for service in ("identity", "consultation", "notifications")
)

ANYBODY = {
    "nobody", "visitor", "stranger", "author", "measurer", "moderator", "moderator elsewhere", "coordinator",
    "coordinator elsewhere", "administrator", "ebv",
}  # fmt: skip
PARTICIPANTS = ANYBODY - {"nobody"}
ACCOUNTS = PARTICIPANTS - {"visitor"}
COORDINATORS = {"coordinator", "administrator"}
ADMINISTRATORS = {"administrator"}
DONE = (200, 201, 202, 204, 409, 422)


@dataclass(frozen=True)
class Route:
    """One operation: who may, and what some are told instead of 401 (nobody) or 403 (everybody else)."""

    method: str
    path: str
    may: set[str]
    body: Any = None
    told: dict[str, int] = field(default_factory=dict)

    @property
    def operation(self) -> tuple[str, str]:
        """As the OpenAPI description names it."""
        return self.method, self.path.partition("?")[0]


def soon(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


TODAY = datetime.now(UTC).date().isoformat()
FRENCH = {"fr": "Un texte."}
CAUSE = {"slug": "autre-cause", "title": FRENCH, "mandate": FRENCH, "opens_at": soon(0), "closes_at": soon(9)}
WORKSHOP = {
    "title": FRENCH, "agenda": FRENCH, "facilitator": "Ligue", "starts_at": soon(3), "ends_at": soon(4), "place": "Ici",
    "proposals": ["{accepted}"],
}  # fmt: skip
ACTION = {
    "title": FRENCH,
    "description": FRENCH,
    "bodies": {"owner": "Région", "measurer": "Université", "measurer_account": "{measurer}"},
}
INDICATOR = {
    "title": FRENCH, "unit": "m", "baseline": "0", "target": "9", "first_due_on": TODAY, "every_months": 6,
}  # fmt: skip
MEASURE = {"measured_on": TODAY, "value": "1", "evidence": "Relevé."}
CONSULTATION_ASKED = {
    "cause": "{cause}", "slug": "mobilites", "title": FRENCH, "question": FRENCH, "introduction": FRENCH,
    "opens_at": soon(5), "closes_at": soon(9), "consent": {"version": 1, "text": FRENCH},
    "governance": {
        "controllers": ["Coalition"], "dpo": "dpo@maillage.example", "impact_assessment": "AIPD", "minimum_age": 15,
        "votes_kept_until": "2028-12-31", "contacts_kept_until": "2027-12-31",
    },
}  # fmt: skip
VERSION = {"note": FRENCH}
ASKED = f"{CONSULTATION}/consultations/{{slug}}"
HIDDEN = dict.fromkeys(ANYBODY, 404)
"""What is told of an object that others may not know of: that there is none."""

ROUTES = [
    Route("get", "/api/identity/.well-known/jwks.json", ANYBODY),
    Route("get", "/api/identity/.well-known/openid-configuration", ANYBODY),
    Route("post", f"{IDENTITY}/visitors", ANYBODY, {}),
    Route("post", f"{IDENTITY}/sign-in", ANYBODY, {"email": "qui"}),
    Route("post", f"{IDENTITY}/token", ANYBODY, {"grant_type": "email_link", "token": "x"}),
    Route("delete", f"{IDENTITY}/session", ANYBODY, {"session": "x"}),
    Route("get", f"{IDENTITY}/me", ACCOUNTS),
    Route("patch", f"{IDENTITY}/me", ACCOUNTS, {"language": "fr"}),
    Route("get", f"{IDENTITY}/me/held", ACCOUNTS),
    Route("post", f"{IDENTITY}/me/erasure", ACCOUNTS, {"email": "another@exemple.fr"}),
    Route("get", f"{IDENTITY}/erasures/{{receipt}}", set(), told=HIDDEN),
    Route("get", f"{IDENTITY}/people?email=stranger@exemple.fr", ADMINISTRATORS),
    Route("get", f"{IDENTITY}/grants?person={{moderator}}", ACCOUNTS),
    Route(
        "post",
        f"{IDENTITY}/grants",
        ADMINISTRATORS,
        {"person": "{measurer}", "role": "moderator", "scope": "cause:{accepted}"},
    ),
    Route("delete", f"{IDENTITY}/grants/{{grant}}", ADMINISTRATORS),
    Route("get", f"{IDENTITY}/organisations", ANYBODY),
    Route("post", f"{IDENTITY}/organisations", ADMINISTRATORS, {"name": "Ligue", "kind": "association"}),
    Route("get", f"{IDENTITY}/operators", ANYBODY),
    Route("post", f"{IDENTITY}/operators", ADMINISTRATORS, {"code": "op9"}),
    Route("get", f"{IDENTITY}/operators/{{operator}}", ANYBODY),
    Route("patch", f"{IDENTITY}/operators/{{operator}}", ADMINISTRATORS, {"status": "active"}),
    Route("get", f"{IDENTITY}/territories?level=departement", ANYBODY),
    Route("get", f"{IDENTITY}/territories/search?q=epinal", ANYBODY),
    Route("get", f"{IDENTITY}/territories/by-kind", ANYBODY),
    Route("get", f"{IDENTITY}/territories/{{code}}", ANYBODY),
    Route("get", f"{CONSULTATION}/causes", ANYBODY),
    Route("post", f"{CONSULTATION}/causes", {"administrator"}, CAUSE),
    Route("get", f"{CONSULTATION}/causes/{{cause}}", ANYBODY),
    Route("get", f"{CONSULTATION}/consultations", ANYBODY),
    Route("post", f"{CONSULTATION}/consultations", COORDINATORS, CONSULTATION_ASKED),
    Route("get", ASKED, ANYBODY),
    Route("get", f"{ASKED}/governance", COORDINATORS),
    Route("get", f"{ASKED}/consent", ANYBODY),
    Route("post", f"{ASKED}/consent", PARTICIPANTS, {"version": 1}),
    Route("get", f"{ASKED}/proposals", ANYBODY),
    Route(
        "post",
        f"{ASKED}/proposals",
        ACCOUNTS,
        {"text": "Il faut des bancs.", "language": "fr"},
    ),
    Route("get", f"{ASKED}/proposals/similar?text=bancs", ANYBODY),
    Route("get", f"{CONSULTATION}/proposals?ids={{accepted}}", ANYBODY),
    Route("get", f"{CONSULTATION}/proposals/{{accepted}}", ANYBODY),
    Route("get", f"{CONSULTATION}/proposals/{{pending}}", {"author", "moderator"}, told=HIDDEN),
    Route("get", f"{CONSULTATION}/me/proposals", ACCOUNTS),
    Route("get", f"{ASKED}/moderation", {"moderator"}),
    Route("post", f"{ASKED}/moderation/next", {"moderator"}),
    Route(
        "post",
        f"{CONSULTATION}/proposals/{{pending}}/decision",
        {"moderator"},
        {"decision": "postpone"},
        {"moderator elsewhere": 404},
    ),
    Route("put", f"{CONSULTATION}/proposals/{{accepted}}/vote", PARTICIPANTS, {"choice": "agree"}),
    Route(
        "put",
        f"{CONSULTATION}/proposals/{{pending}}/vote",
        {"author"},
        {"choice": "agree"},
        HIDDEN | {"nobody": 401},
    ),
    Route("get", f"{CONSULTATION}/proposals/{{accepted}}/vote", PARTICIPANTS),
    Route("delete", f"{CONSULTATION}/proposals/{{accepted}}/vote", PARTICIPANTS),
    Route("post", f"{ASKED}/votes", PARTICIPANTS, {"votes": [{"proposal": "{accepted}", "choice": "agree"}]}),
    Route("get", f"{ASKED}/sequence", ANYBODY),
    Route("get", f"{ASKED}/results", ANYBODY),
    Route("get", f"{ASKED}/results/proposals", ANYBODY),
    Route("get", f"{ASKED}/results/versions", ANYBODY),
    Route("get", f"{ASKED}/results/versions/1", COORDINATORS, told=HIDDEN),
    Route("get", f"{ASKED}/results/versions/1/proposals", COORDINATORS, told=HIDDEN),
    Route("post", f"{ASKED}/results/versions", COORDINATORS, VERSION),
    Route("delete", f"{ASKED}/consent", PARTICIPANTS),
    Route("get", f"{CONSULTATION}/causes/{{cause}}/workshops", ANYBODY),
    Route("post", f"{CONSULTATION}/causes/{{cause}}/workshops", COORDINATORS, WORKSHOP),
    Route("get", f"{CONSULTATION}/workshops/{{workshop}}", ANYBODY),
    Route("put", f"{CONSULTATION}/workshops/{{workshop}}/place", ACCOUNTS),
    Route("get", f"{CONSULTATION}/workshops/{{workshop}}/place", ACCOUNTS),
    Route("delete", f"{CONSULTATION}/workshops/{{workshop}}/place", ACCOUNTS),
    Route("put", f"{CONSULTATION}/workshops/{{workshop}}/capacity", COORDINATORS, {"capacity": 50}),
    Route("post", f"{CONSULTATION}/workshops/{{workshop}}/report", COORDINATORS, {"minutes": "Dit.", "attendance": 3}),
    Route("post", f"{CONSULTATION}/workshops/{{workshop}}/cancellation", COORDINATORS),
    Route("get", f"{CONSULTATION}/actions", ANYBODY),
    Route("get", f"{CONSULTATION}/causes/{{cause}}/actions", ANYBODY),
    Route("post", f"{CONSULTATION}/causes/{{cause}}/actions", COORDINATORS, ACTION),
    Route("get", f"{CONSULTATION}/actions/{{action}}", ANYBODY),
    Route("get", f"{CONSULTATION}/actions/{{action}}/measures", ANYBODY),
    Route("put", f"{CONSULTATION}/actions/{{action}}/bodies", COORDINATORS, ACTION["bodies"]),
    Route("post", f"{CONSULTATION}/actions/{{action}}/milestones", COORDINATORS, {"title": FRENCH, "due_on": TODAY}),
    Route("put", f"{CONSULTATION}/milestones/{{milestone}}", COORDINATORS, {"reached_on": TODAY}),
    Route("post", f"{CONSULTATION}/actions/{{action}}/indicators", COORDINATORS, INDICATOR),
    Route("get", f"{CONSULTATION}/indicators/{{indicator}}/measures", ANYBODY),
    Route("post", f"{CONSULTATION}/indicators/{{indicator}}/measures", {"measurer"}, MEASURE),
    Route("put", f"{CONSULTATION}/actions/{{action}}/status", COORDINATORS, {"status": "under_way"}),
    Route("get", f"{CONSULTATION}/observatory", ANYBODY),
    Route("get", f"{CONSULTATION}/observatory/defis", ANYBODY),
    Route("get", f"{CONSULTATION}/communes/{{code}}", ANYBODY),
    Route("get", f"{CONSULTATION}/me/held", ACCOUNTS),
    Route("get", f"{NOTIFICATIONS}/inbox", ACCOUNTS),
    Route("get", f"{NOTIFICATIONS}/inbox/unread", ACCOUNTS),
    Route("put", f"{NOTIFICATIONS}/inbox/{{notice}}/read", {"author"}, told=dict.fromkeys(ACCOUNTS, 404)),
    Route("post", f"{NOTIFICATIONS}/inbox/read", ACCOUNTS, {}),
    Route("get", f"{NOTIFICATIONS}/preferences", ACCOUNTS),
    Route("patch", f"{NOTIFICATIONS}/preferences", ACCOUNTS, {"levels": {}}),
    Route("get", f"{NOTIFICATIONS}/follows", ACCOUNTS),
    Route("post", f"{NOTIFICATIONS}/follows", ACCOUNTS, {"topic": "commune:88160"}),
    Route("delete", f"{NOTIFICATIONS}/follows/{{follow}}", {"author"}, told=dict.fromkeys(ACCOUNTS, 404)),
    Route("get", f"{NOTIFICATIONS}/follows/count?topic=commune:88160", ANYBODY),
    Route("post", f"{NOTIFICATIONS}/follows/by-email", ANYBODY, {"email": "suivi", "topic": "commune:88160"}),
    Route("post", f"{NOTIFICATIONS}/follows/confirm", ANYBODY, {"token": "x"}),
    Route("get", f"{NOTIFICATIONS}/unsubscribe/{{token}}", set(), told=HIDDEN),
    Route("post", f"{NOTIFICATIONS}/unsubscribe/{{token}}", set(), told=HIDDEN),
    Route("get", f"{NOTIFICATIONS}/me/held", ACCOUNTS),
]  # fmt: skip


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


@pytest.fixture(scope="module")
def world(home: House) -> World:
    return make_world(home)


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


def expected(route: Route, name: str) -> tuple[int, ...]:
    if name in route.may:
        return DONE
    told = 401 if name == "nobody" else 403
    return (route.told.get(name, told),)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_is_open_to_whom_it_concerns(route: Route, world: World) -> None:
    wrong = {}
    path, body = route.path.format_map(world.ids), filled(route.body, world.ids)
    # Those who may not come first: what they were refused must still be there for the others.
    for name in sorted(world.people, key=lambda name: (name in route.may, name)):
        answer = world.people[name].call(route.method, path, body)
        if answer.status_code not in expected(route, name):
            wrong[name] = (answer.status_code, answer.get_data(as_text=True)[:200])
    assert wrong == {}


def test_grants_are_listed_to_whom_may_take_them_back_and_to_nobody_else(world: World) -> None:
    path = f"{IDENTITY}/grants?person={world.ids['moderator']}"
    listed = {name: world.people[name].do("get", path)["items"] for name in ACCOUNTS}
    assert [name for name, grants in listed.items() if grants] == ["administrator"]


def test_every_operation_of_the_coalitions_services_is_tried() -> None:
    tried = {(route.method, _shape(route.path.partition("?")[0])) for route in ROUTES}
    described = {
        (method, _shape(path))
        for service in ("identity", "consultation", "notifications")
        for path, item in json.loads((DOCS / f"{service}.json").read_text(encoding="utf-8"))["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert tried == described


def _shape(path: str) -> str:
    """A path without the names of its places: `/proposals/{}`; a version's number is a place."""
    return re.sub(r"\{\w+\}|(?<=/versions/)1", "{}", path)


def test_a_token_of_one_owner_is_refused_by_every_other(home: House, world: World) -> None:
    camille = home.citizen("Camille")
    coalitions = _token(home, camille.email, None)
    for operator in ("op1", "op2"):
        own = _token(home, camille.email, operator)
        path = "/api/territories/{}/v1/me/defis"
        answers = {
            "own": Caller(home, own).call("get", path.format(operator)).status_code,
            "coalition": Caller(home, coalitions).call("get", path.format(operator)).status_code,
            "other": Caller(home, own)
            .call("get", path.format({"op1": "op2", "op2": "op1"}[operator]))
            .status_code,
            "home": Caller(home, own).call("get", f"{IDENTITY}/me").status_code,
        }
        assert answers == {"own": 200, "coalition": 401, "other": 401, "home": 401}


def _token(home: House, email: str, audience: str | None) -> str:
    nobody = Caller(home)
    request = nobody.do("post", f"{IDENTITY}/sign-in", {"email": email})["request"]
    by_code = {"grant_type": "email_code", "request": request, "code": home.code_for(email)}
    opened = nobody.do("post", f"{IDENTITY}/token", by_code)
    if audience is None:
        return str(opened["access_token"])
    asked = {"grant_type": "session", "session": opened["session"], "audience": audience}
    return str(nobody.do("post", f"{IDENTITY}/token", asked)["access_token"])
