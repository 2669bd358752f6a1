"""Every page of the site: what it weighs, calls and queries, and to whom it is closed."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.test import Client

from deploy.local.demo.load import load
from gateway.services import Services
from libs.chassis.testing.postgres import TestServer
from tests.atlas import ATLAS, IN_PASSING, NOBODY, NOT_PAGES, PageOf, places
from tests.pages.house import SITE, House, Person, house

HEAVIEST = 150_000
"""Bytes that a first visit transfers, compressed as they are sent."""

MOST_CALLS = 5
MOST_QUERIES = 10
"""Of one call, and never one for each row: what is held of somebody goes through ten tables, most take two to six."""


@pytest.fixture(scope="module")
def demo(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with the demo in it. Its workers have dealt with everything, and rest: they would be counted too."""
    with house(postgres, tmp_path_factory.mktemp("house")) as built:
        load(built.environ, lambda _line: None)
        with built.working():
            built.settle()
        yield built


@pytest.fixture(scope="module")
def api(demo: House) -> Api:
    return Api(demo)


@pytest.fixture(scope="module")
def there(api: Api) -> dict[str, str]:
    """The places of the demo's pages."""
    return places(api.ask)


class Api:
    """The API of a house, asked for people by their address."""

    def __init__(self, home: House) -> None:
        self._home = home
        self._client = Client(home.app)
        self._sessions: dict[str, str] = {}
        self.people: dict[str, Person] = {NOBODY: home.somebody()}

    def ask(self, who: str, method: str, path: str, body: Any = None, *, owner: str = "coalition") -> Any:
        headers = {"Authorization": f"Bearer {self._token(who, owner)}"} if who else {}
        answer = self._client.open(path, SITE, method=method, json=body, headers=headers)
        assert answer.status_code < 300, (path, answer.get_data(as_text=True))
        return answer.json

    def reader(self, who: str) -> Person:
        """Somebody at the site, signed in once."""
        if who not in self.people:
            self.people[who] = self._home.somebody().sign_in(who)
        return self.people[who]

    def _token(self, who: str, owner: str) -> str:
        if who not in self._sessions:
            asked = self.ask(NOBODY, "POST", "/api/identity/v1/sign-in", {"email": who})
            code = self._home.code_for(who)
            given = {"grant_type": "email_code", "request": asked["request"], "code": code}
            self._sessions[who] = self.ask(NOBODY, "POST", "/api/identity/v1/token", given)["session"]
        given = {"grant_type": "session", "session": self._sessions[who], "audience": owner}
        return str(self.ask(NOBODY, "POST", "/api/identity/v1/token", given)["access_token"])


@dataclass
class Call:
    """A call that a page made, and the statements that its service ran to answer."""

    path: str
    queries: list[str] = field(default_factory=list)


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Call]]:
    """Notes the calls of the gateway, for the length of a block."""
    calls: list[Call] = []
    call = Services.call

    def noted(self: Services, method: str, path: str, **options: Any) -> Any:
        calls.append(Call(f"{method} {path}"))
        return call(self, method, path, **options)

    def ran(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        calls[-1].queries.append(statement)

    monkeypatch.setattr(Services, "call", noted)
    event.listen(Engine, "before_cursor_execute", ran)
    try:
        yield calls
    finally:
        event.remove(Engine, "before_cursor_execute", ran)


def weight(page: bytes, client: Client) -> int:
    """The page and all that it loads, compressed as they are sent."""
    loaded = set(re.findall(rb'(?:href|src)="(/static/[^"#]+)', page))
    sizes = [
        len(client.get(path.decode(), SITE, headers={"Accept-Encoding": "gzip"}).get_data())
        for path in loaded
    ]
    assert len(sizes) > 5
    return len(gzip.compress(page, 6)) + sum(sizes)


@pytest.mark.parametrize("one", ATLAS, ids=lambda one: f"{one.path} {one.reader}")
def test_a_page_is_light_and_asks_little(
    one: PageOf, api: Api, there: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, path = api.reader(one.reader), one.at(there)
    reader.get(path, follow_redirects=True)  # fills what is kept for all: figures, tokens, descriptions
    with counted(monkeypatch) as calls:
        answer = reader.get(path, follow_redirects=True)
    assert answer.status_code == 200
    assert weight(answer.get_data(), reader.client) <= HEAVIEST
    assert len(calls) <= MOST_CALLS, [call.path for call in calls]
    costly = {call.path: call.queries for call in calls if len(call.queries) > MOST_QUERIES}
    assert costly == {}


def test_every_page_of_the_site_is_in_the_atlas(demo: House) -> None:
    pages = {
        rule.endpoint
        for rule in demo.apps["gateway"].url_map.iter_rules()
        if rule.methods and "GET" in rule.methods
    }
    assert pages - NOT_PAGES - set(IN_PASSING) == {one.endpoint for one in ATLAS}


STRANGER = "passante@demo.example"
FOR_A_ROLE = (
    "moderation.queue",
    "moderation.read",
    "accompaniment.",
    "coordination.",
    "coordinated_consultations.",
)
FOR_A_ROLE += (
    "choosing.",
    "convening.",
    "acting.",
    "drafting.",
    "scheduling.",
    "meetings.people",
    "measuring.form",
)


@pytest.mark.parametrize("one", ATLAS, ids=lambda one: f"{one.path} {one.reader}")
def test_a_page_is_closed_to_whom_it_does_not_concern(one: PageOf, api: Api, there: dict[str, str]) -> None:
    """A page for a role is refused to a stranger, and whoever is not signed in is sent to do so."""
    answers = {who: api.reader(who).get(one.at(there)) for who in (NOBODY, STRANGER)}
    assert all(answer.status_code < 500 for answer in answers.values())
    if one.endpoint.startswith(FOR_A_ROLE):
        assert answers[STRANGER].status_code in (403, 404), answers[STRANGER].headers.get("Location")
        assert answers[NOBODY].headers["Location"].startswith("/sign-in?return_to=")
