"""In read-only mode everything can be read, nothing changes, and whoever tries is told when to try again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import Client

from libs.chassis.testing.postgres import TestServer
from tests.local.callers import Caller
from tests.local.test_backup import all_rows, open_consultation
from tests.pages.house import ROOT, SITE, House, Person, house, words

SENTENCE = "tout peut se lire et rien ne peut changer"
BASE = "consultation/v1/consultations/territoires"


@dataclass
class Closed:
    """A house that was opened again read-only, with people who came before."""

    home: House
    anne: Caller
    moderator: Caller
    reader: Person
    proposal: str


@pytest.fixture(scope="module")
def closed(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    with house(postgres, tmp_path_factory.mktemp("read-only")) as home:
        open_consultation(home.databases["consultation"])
        roles = [(role, "coalition") for role in ("moderator", "administrator", "coordinator")]
        moderator = Caller(home, "moderatrice@exemple.fr", "Maud", *roles)
        anne = Caller(home, "anne@exemple.fr", "Anne")
        proposed = anne.coalition("POST", f"{BASE}/proposals", {"text": "Il faut planter cent arbres."})
        accepted = {"decision": "accept"}
        moderator.coalition("POST", f"consultation/v1/proposals/{proposed['id']}/decision", accepted)
        anne.coalition("POST", f"{BASE}/consent", {"version": 1})
        reader = home.citizen("Lise")
        with closing(House({**home.environ, "MAILLAGE_READ_ONLY": "true"}, home.databases)) as resting:
            for who in (moderator, anne, reader):
                who.client.application = resting.app
            yield Closed(resting, anne, moderator, reader, proposed["id"])


def test_what_would_change_something_is_refused_with_a_sentence_and_a_time_to_try_again(
    closed: Closed,
) -> None:
    before = content(closed.home)
    vote = {"choice": "agree", "qualifiers": []}
    for who, method, path, body in (
        (closed.anne, "PUT", f"consultation/v1/proposals/{closed.proposal}/vote", vote),
        (closed.anne, "POST", f"{BASE}/proposals", {"text": "Il faut ouvrir un café."}),
        (closed.anne, "DELETE", f"{BASE}/consent", None),
        (closed.anne, "POST", "territories/op1/v1/defis", {"nothing": "of this is read"}),
        (closed.anne, "POST", "identity/v1/me/erasure", {"email": "anne@exemple.fr"}),
        (closed.anne, "POST", "identity/v1/sign-in", {"email": "anne@exemple.fr"}),
        (closed.anne, "POST", "notifications/v1/follows", {"topic": "commune:88400"}),
        (closed.moderator, "POST", f"{BASE}/moderation/next", None),
    ):
        refused = who.call(method, path, body, 503)
        problem = refused.get_json()
        assert (problem["code"], refused.headers["Retry-After"]) == ("service.read_only", "120"), path
        assert SENTENCE in problem["detail"]
    assert content(closed.home) == before


def content(home: House) -> dict[tuple[str, str], list[str]]:
    """All that there is, but for the issuer's public keys, of which each service keeps a copy."""
    rows = all_rows(home.databases)
    return {key: value for key, value in rows.items() if key[1] != "verification_key"}


def test_no_route_of_any_service_takes_a_change(closed: Closed) -> None:
    """Whoever may call it meets 503, and nobody else gets further than before."""
    client, taken = Client(closed.home.app), []
    for name, app in closed.home.apps.items():
        if name == "gateway":
            continue
        for rule in app.url_map.iter_rules():
            given = {key: _anything(converter) for key, converter in rule._converters.items()}
            for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
                path = rule.build(given)
                assert path is not None, rule
                headers = {"Authorization": f"Bearer {_token_for(closed, name)}"}
                answer = client.open(path[1], SITE, method=method, json={}, headers=headers)
                if answer.status_code not in (401, 403, 503):
                    taken.append((method, rule.rule, answer.status_code))
    assert taken == [("POST", "/api/identity/v1/token", 422)], "a session still buys tokens, to read with"


def _anything(converter: Any) -> str:
    kind = type(converter).__name__
    return {"UUIDConverter": "01a200e6-f309-7390-91e4-784fe2e1e772", "IntegerConverter": "1"}.get(kind, "x")


def _token_for(closed: Closed, app: str) -> str:
    owner = app.partition("_")[2] or "coalition"
    return closed.moderator.tokens.get(owner, closed.moderator.tokens["coalition"])


def test_reading_goes_on_for_whoever_is_signed_in(closed: Closed) -> None:
    for path in (
        "/",
        "/consultations/territoires",
        "/consultations/territoires/results",
        "/notices",
        "/account",
    ):
        assert "Ce que vous écrivez reste sur la page." in closed.reader.read(path), path
    session = {"grant_type": "session", "session": "of nobody"}
    assert closed.anne.client.post("/api/identity/v1/token", SITE, json=session).status_code == 401
    code = {"grant_type": "email_link", "token": "x" * 43}
    assert closed.anne.client.post("/api/identity/v1/token", SITE, json=code).status_code == 503


def test_a_form_keeps_what_was_typed(closed: Closed) -> None:
    typed = {"text": "Il faut rouvrir la gare du bourg.", "seen_similar": "1"}
    answer = closed.reader.post("/consultations/territoires/propose", typed)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "120")
    assert "rouvrir la gare du bourg" in words(answer)
    assert SENTENCE in words(answer)


def test_a_form_without_text_says_the_same(closed: Closed) -> None:
    answer = closed.reader.post("/account/notifications", {"defi.refused": "none"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "120")
    assert SENTENCE in words(answer)
    assert "ne répond pas" not in words(answer)


def test_workers_rest_and_end_when_they_are_asked(closed: Closed, tmp_path: Path) -> None:
    waits = text("SELECT count(*) FROM outbox")
    with closed.home.databases["consultation"].transaction() as session:
        waiting = session.scalar(waits)
    assert waiting
    worker = subprocess.Popen(
        [sys.executable, "-m", "deploy.local.worker"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **closed.home.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert worker.stdout is not None
    assert any("resting: read-only" in line for line in worker.stdout)
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=60)
    assert worker.returncode == 0
    with closed.home.databases["consultation"].transaction() as session:
        assert session.scalar(waits) == waiting
