"""Every route of the coalition's services with every role, with a stranger, and with other people's objects.

Whoever may is answered, or told that it cannot be done now (409), or what is wrong with a body that is so on purpose
(422); whoever may not is told so before anything happens. Operators' routes have the same test in
`tests/defis/test_every_route.py`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.pages.house import House
from tests.pages.routes import ACCOUNTS, IDENTITY, ROUTES, Route
from tests.pages.world import Caller, World, filled, make_world

DOCS = Path(__file__).parents[2] / "docs/openapi"
DONE = (200, 201, 202, 204, 409, 422)


@pytest.fixture(scope="module")
def world(home: House) -> World:
    return make_world(home)


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
