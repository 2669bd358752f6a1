"""Every route with every role, with a stranger, and with a défi that the caller may not know of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from tests.defis.conftest import BASE, Api, Person

ANYBODY = {"nobody", "visitor", "stranger", "member", "core", "porteur", "ebv", "staff", "ebv elsewhere"}
ACCOUNTS = ANYBODY - {"nobody", "visitor"}
CORE = {"core", "porteur"}
OPERATOR = {"ebv", "staff"}
INSIDE = CORE | OPERATOR | {"member"}


@dataclass(frozen=True)
class Route:
    """One operation on a published défi: who may, and what the others are told."""

    method: str
    path: str
    allowed: set[str]
    body: dict[str, Any] | None = None
    refused: int = 403


MEETING = {"kind": "gathering", "title": "Atelier", "starts_at": "2099-01-01T10:00:00Z", "place": "Ici"}
PLEDGE = {"kind": "skill", "description": "Souder", "name": "Zoé"}
ROUTES = [
    Route("get", "", ANYBODY),
    Route("patch", "", {"porteur"}, {"title": "Autre titre"}),
    Route("delete", "", {"porteur"}),
    Route("post", "/submission", {"porteur"}),
    Route("post", "/decision", OPERATOR, {"decision": "publish"}),
    Route("post", "/state", {"porteur"}, {"action": "complete"}),
    Route("post", "/state", {"porteur"} | OPERATOR, {"action": "pause"}),
    Route("post", "/state", OPERATOR, {"action": "archive"}),
    Route("get", "/members", INSIDE),
    Route("get", "/members?state=requested", CORE | OPERATOR),
    Route("get", "/membership", CORE | {"member"}, refused=404),
    Route("post", "/membership", ACCOUNTS, {"name": "Zoé"}),
    Route("patch", "/membership", CORE | {"member"}, {"name": "Zoé"}, refused=404),
    Route("delete", "/membership", CORE | {"member"}, refused=404),
    Route("post", "/members/{request}/answer", CORE, {"answer": "decline"}),
    Route("put", "/members/{member}/role", {"porteur"}, {"role": "core"}),
    Route("get", "/invitations", CORE),
    Route("post", "/invitations", CORE, {}),
    Route("post", "/invitations/answer", ACCOUNTS, {"secret": "{secret}", "answer": "decline"}),
    Route("get", "/meetings", ANYBODY),
    Route("post", "/meetings", CORE, MEETING | {"ends_at": "2099-01-01T12:00:00Z"}),
    Route("get", "/meetings/{meeting}", ANYBODY),
    Route("patch", "/meetings/{meeting}", CORE, {"title": "Autre"}),
    Route("post", "/meetings/{meeting}/cancellation", CORE, {}),
    Route("put", "/meetings/{meeting}/report", CORE, {"minutes": "Dit.", "attendance": 3}),
    Route("get", "/meetings/{meeting}/registration", {"porteur"}, refused=404),
    Route("put", "/meetings/{meeting}/registration", ACCOUNTS, {}),
    Route("delete", "/meetings/{meeting}/registration", ACCOUNTS),
    Route("get", "/meetings/{meeting}/registrations", CORE),
    Route("get", "/meetings/{meeting}/calendar.ics", ANYBODY),
    Route("get", "/calendar.ics", ANYBODY),
    Route("get", "/meetings/{meeting}/arguments", ANYBODY),
    Route("post", "/meetings/{meeting}/arguments", ACCOUNTS, {"side": "for", "text": "Oui."}),
    Route("delete", "/meetings/{meeting}/arguments/{argument}", set()),
    Route("get", "/pledges", ACCOUNTS),
    Route("post", "/pledges", ACCOUNTS, PLEDGE),
    Route("post", "/pledges/{pledge}/decision", {"core"}, {"decision": "accept"}, refused=404),
    Route("get", "/gate", ANYBODY),
    Route("get", "/gates", INSIDE),
    Route("post", "/gates", {"porteur"}, {}),
    Route("post", "/gates/{gate}/decision", OPERATOR, {"decision": "refuse", "reasons": ["other"]}),
    Route("post", "/gates/{gate}/appeal", {"porteur"}, {"appeal": "Si."}),
    Route("get", "/timeline", ANYBODY),
    Route("get", "/overview", ANYBODY),
]
# Who else may, or is told otherwise, and why.
OTHERWISE = {
    **{
        # Theirs to remove, and gone after the first of them.
        ("/meetings/{meeting}/arguments/{argument}", name): {204, 404}
        for name in ("core", "porteur", "ebv", "staff")
    },
    ("/pledges/{pledge}/decision", "porteur"): {200, 409},
    ("/pledges/{pledge}/decision", "ebv"): {403},  # reads it, decides nothing
    ("/pledges/{pledge}/decision", "staff"): {403},
    ("/gates/{gate}/decision", "stranger"): {404},  # does not know of it
    ("/gates/{gate}/decision", "ebv elsewhere"): {404},
}
OF_NO_DEFI = {
    ("GET", "/defis"),
    ("POST", "/defis"),
    ("GET", "/me/defis"),
    ("GET", "/me/held"),
    ("GET", "/summary"),
    ("GET", "/accompaniment/worklist"),
    ("GET", "/accompaniment/defis"),
}


@pytest.fixture
def people(
    tokens: Any, anne: Person, bruno: Person, chloe: Person, ebv: Person, staff: Person
) -> dict[str, Any]:
    """Everybody who tries."""
    return {
        "nobody": None,
        "visitor": tokens.visitor(),
        "stranger": tokens.account(),
        "ebv elsewhere": tokens.account(("ebv", "territory:75"), ("operator_staff", "operator:op2")),
        "member": bruno,
        "ebv": ebv,
        "staff": staff,
        "core": chloe,
        "porteur": anne,
    }


@pytest.fixture
def ids(publish: Callable[..., Api], people: dict[str, Any], tokens: Any) -> tuple[Api, dict[str, str]]:
    """A défi with one of everything in it, and their ids."""
    anne, giver = people["porteur"], tokens.account()
    defi = publish(entry_stage="creaction", entry_evidence="Deux ans de marchés.")
    made = {"member": defi.join(people["member"], anne)}
    defi.join_core(people["core"], anne)
    made["request"] = defi.post("/membership", giver, 201, name="Gil")["id"]
    made["secret"] = defi.post("/invitations", anne, 201)["secret"]
    made["meeting"] = defi.meet(anne)
    defi.put(f"/meetings/{made['meeting']}/registration", anne)
    argument = defi.post(f"/meetings/{made['meeting']}/arguments", giver, 201, side="for", text="Oui.")
    made["argument"] = argument["id"]
    made["pledge"] = defi.pledge(giver)
    stated = {"charter": "Adoptée.", "experiment": "Trois samedis.", "task": "Peindre."}
    made["gate"] = defi.post("/gates", anne, 201, evidence=stated)["id"]
    return defi, made


def call(client: FlaskClient, defi: str, route: Route, who: Person | None, ids: dict[str, str]) -> Any:
    body = route.body and {
        name: value.format(**ids) if isinstance(value, str) else value for name, value in route.body.items()
    }
    options = {} if route.body is None else {"json": body}
    address = f"{BASE}/defis/{defi}{route.path.format(**ids)}"
    return getattr(client, route.method)(address, headers=who.headers if who else {}, **options)


def expected(route: Route, name: str) -> Callable[[int], bool]:
    if (route.path, name) in OTHERWISE:
        return lambda status: status in OTHERWISE[route.path, name]
    if name in route.allowed:
        # What it does may be impossible by now (somebody before did it), but it is theirs to do.
        return lambda status: status in (200, 201, 204, 409)
    if name in ("nobody", "visitor"):
        return lambda status: status == {"nobody": 401, "visitor": 403}[name]
    return lambda status: status == route.refused


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path or '/'}")
def test_a_published_defi_is_open_to_whom_it_concerns(
    route: Route, client: FlaskClient, people: dict[str, Any], ids: tuple[Api, dict[str, str]]
) -> None:
    defi, made = ids
    wrong = {}
    for name, who in people.items():
        answer = call(client, defi.id, route, who, made)
        if not expected(route, name)(answer.status_code):
            wrong[name] = (answer.status_code, answer.json)
    assert wrong == {}


@pytest.mark.parametrize("state", ["draft", "submitted", "refused"])
def test_a_defi_that_is_not_public_does_not_exist_for_others(
    state: str, draft: Callable[..., Api], client: FlaskClient, people: dict[str, Any]
) -> None:
    defi = draft()
    if state != "draft":
        defi.post("/submission", people["porteur"])
    if state == "refused":
        defi.post("/decision", people["ebv"], decision="refuse", reason="test")
    know = {"porteur"} if state == "draft" else {"porteur", "ebv", "staff"}
    some = dict.fromkeys(
        ("request", "member", "meeting", "argument", "pledge", "gate", "secret"), str(uuid7())
    )
    for route in ROUTES:
        for name in sorted(ACCOUNTS - know):
            answer = call(client, defi.id, route, people[name], some)
            unknown = call(client, str(uuid7()), route, people[name], some)
            assert (answer.status_code, answer.json) == (404, unknown.json), (route, name)
            assert answer.json["code"] == "defi.unknown"
        for name in ("nobody", "visitor"):
            answer = call(client, defi.id, route, people[name], some)
            assert answer.status_code in (401, 403, 404), (route, name)
    assert defi.get("", people["porteur"])["state"] == state


def test_nothing_of_one_defi_is_reached_through_another(
    publish: Callable[..., Api], client: FlaskClient, people: dict[str, Any], ids: tuple[Api, dict[str, str]]
) -> None:
    _, made = ids
    other = publish()
    for route in ROUTES:
        if "{" not in route.path:
            continue
        for name in ("porteur", "ebv", "staff", "stranger"):
            answer = call(client, other.id, route, people[name], made)
            assert answer.status_code in (403, 404), (route, name, answer.json)


def test_every_route_is_tried_here(client: FlaskClient) -> None:
    def shape(path: str) -> str:
        parts = path.partition("?")[0].split("/")
        return "/".join("{}" if part[:1] in "<{" and part else part for part in parts)

    served = {
        (method, shape(rule.rule.removeprefix(BASE)))
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith(BASE)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    tried = {(route.method.upper(), shape(f"/defis/{{defi}}{route.path}")) for route in ROUTES}
    assert served == tried | OF_NO_DEFI


@pytest.mark.parametrize("path", ["/me/defis", "/me/held", "/accompaniment/worklist", "/accompaniment/defis"])
def test_ones_own_lists_need_an_account_and_the_desk_a_role(
    path: str, client: FlaskClient, people: dict[str, Any]
) -> None:
    def status(name: str) -> int:
        who = people[name]
        return client.get(f"{BASE}{path}", headers=who.headers if who else {}).status_code

    assert status("nobody") == 401
    assert status("visitor") == 403
    assert status("stranger") == (403 if path.startswith("/accompaniment") else 200)
    assert status("ebv") == status("staff") == 200


def test_whoever_is_part_of_a_defi_decides_nothing_about_it(
    publish: Callable[..., Api], draft: Callable[..., Api], anne: Person, tokens: Any, database: Database
) -> None:
    judge_and_porteur = tokens.account(("ebv", "territory:26"), ("operator_staff", "operator:op1"))
    own = draft(judge_and_porteur)
    own.post("/submission", judge_and_porteur)
    refused = own.post("/decision", judge_and_porteur, 403, decision="publish")
    assert refused["code"] == "access.conflict_of_interest"
    defi = publish(entry_stage="creaction", entry_evidence="Deux ans de marchés.")
    defi.join(judge_and_porteur, anne)
    stated = {"charter": "Adoptée.", "experiment": "Trois samedis.", "task": "Peindre."}
    gate = defi.post("/gates", anne, 201, evidence=stated)["id"]
    refused = defi.post(f"/gates/{gate}/decision", judge_and_porteur, 403, decision="confirm")
    assert refused["code"] == "access.conflict_of_interest"
    with database.transaction() as session:
        assert session.scalar(text("SELECT state FROM gate")) == "asked"
