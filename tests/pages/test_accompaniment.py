"""The desk of field agents and of operators' staff: what waits, where it is decided, and for whom."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from gateway.pages.defis.companions import operators_of
from tests.pages.defis import Defi, ask, begun, published
from tests.pages.house import House, Person
from tests.pages.meetings import announced, join_core, report

OPERATORS: list[dict[str, Any]] = [
    {"code": "op1", "territories": ["88"], "status": "active"},
    {"code": "op2", "territories": ["35", "88400"], "status": "active"},
    {"code": "op3", "territories": ["88"], "status": "left"},
]


@pytest.fixture(scope="module")
def ebv(home: House) -> Person:
    return home.citizen("Odile", grants=(("ebv", "territory:88"),))


@pytest.fixture(scope="module")
def porteuse(home: House) -> Person:
    return home.citizen("Lucie")


def named(*grants: tuple[str, str]) -> list[str]:
    return [operator["code"] for operator in operators_of(grants, OPERATORS)]


def test_an_operators_grant_names_it_and_a_territorys_whoever_serves_there() -> None:
    assert named(("operator_staff", "operator:op2")) == ["op2"]
    assert named(("ebv", "territory:35")) == ["op2"]
    assert named(("ebv", "territory:35238")) == ["op2"]
    assert named(("ebv", "territory:88")) == ["op1", "op2"]
    assert named(("ebv", "territory:88401")) == ["op1"]
    assert named(("ebv", "territory:75")) == []
    assert named(("operator_staff", "operator:op3")) == []
    assert named() == []


def test_where_nothing_waits_the_desk_says_what_will_come(home: House) -> None:
    page = home.citizen("Yann", grants=(("ebv", "territory:35"),)).read("/accompaniment")
    assert "Rien n’attend." in page
    assert "Pas encore de défi dans vos territoires." in page
    assert "L’Atelier des défis rennais" in page


def test_what_was_submitted_waits_with_a_way_to_the_decision(porteuse: Person, ebv: Person) -> None:
    defi = begun(porteuse, title="Un verger à partager")
    defi.submit()
    page = ebv.read("/accompaniment")
    assert "Un verger à partager" in page
    assert f'href="{defi.path}#state"' in page
    assert "envoyé il y a" in page
    ask(ebv, "POST", f"/defis/{defi.id}/decision", {"decision": "publish"})
    assert f"{defi.path}#state" not in ebv.read("/accompaniment")


def test_a_gate_that_is_asked_for_waits_with_a_way_to_it(home: House, porteuse: Person, ebv: Person) -> None:
    defi = published(porteuse, ebv, title="Un four à pain")
    report(home, defi, announced(defi))
    join_core(defi, *(home.citizen() for _ in range(4)))
    assert porteuse.post(f"{defi.path}/gate").status_code == 303
    page = ebv.read("/accompaniment")
    assert f'href="{defi.path}/gate"' in page
    assert "demande Cré’action" in page
    assert "5 personnes engagées" in page


def test_requests_without_an_answer_wait_with_a_way_to_them(
    home: House, porteuse: Person, ebv: Person
) -> None:
    defi = published(porteuse, ebv)
    ask(home.citizen(), "POST", f"/defis/{defi.id}/membership", {"name": "Denis"})
    page = ebv.read("/accompaniment")
    assert "1 demande" in page
    waiting = page[page.index("Défis où quelqu’un attend d’entrer") :]
    assert f'href="{defi.path}/people"' in waiting[: waiting.index("Les défis que vous accompagnez")]


def test_the_portfolio_is_told_apart_by_stage_and_silence(home: House, porteuse: Person, ebv: Person) -> None:
    quiet = published(porteuse, ebv, title="Le défi qui se tait")
    published(porteuse, ebv, title="Le défi qui parle")
    _silence(home, quiet)
    everything = ebv.read("/accompaniment")
    assert everything.index("Le défi qui se tait") < everything.index("Le défi qui parle")
    silent = ebv.read("/accompaniment?silent=1")
    assert "Le défi qui se tait" in silent
    assert "Le défi qui parle" not in silent
    assert "Aucun n’en est à cette étape" in ebv.read("/accompaniment?stage=activaction")
    assert "Le défi qui parle" in ebv.read("/accompaniment?stage=informaction")
    assert "Le défi qui parle" in ebv.read("/accompaniment?stage=nowhere")


def test_the_desk_is_for_those_whom_an_operator_sent(home: House, visitor: Person, porteuse: Person) -> None:
    answer = porteuse.get("/accompaniment")
    assert answer.status_code == 403
    assert "qu’un opérateur a envoyées" in answer.get_data(as_text=True)
    answer = visitor.get("/accompaniment")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


def test_the_staff_see_their_operator_and_no_other(home: House, ebv: Person) -> None:
    published(home.citizen(), ebv, title="Visible de son opérateur")
    own = home.citizen("Gérard", grants=(("operator_staff", "operator:op1"),))
    assert "Visible de son opérateur" in own.read("/accompaniment")
    other = home.citizen("Pascale", grants=(("operator_staff", "operator:op2"),))
    assert "Visible de son opérateur" not in other.read("/accompaniment?operator=op1")


def test_who_accompanies_at_two_operators_chooses(home: House) -> None:
    both = home.citizen("Anne", grants=(("ebv", "operator:op1"), ("ebv", "operator:op2")))
    assert "Le Relais des défis vosgiens" in both.read("/accompaniment")
    page = both.read("/accompaniment?operator=op2")
    assert 'href="/accompaniment?operator=op2" aria-current="page"' in page


def test_somebody_with_very_many_grants_still_has_a_cookie_that_browsers_keep(home: House) -> None:
    villages = tuple(("ebv", f"territory:{code}") for code in range(88001, 88121))
    everywhere = home.citizen("Ubiquiste", grants=(*villages, ("operator_staff", "operator:op2")))
    assert "L’Atelier des défis rennais" in everywhere.read("/accompaniment?operator=op2")
    cookie = everywhere.client.get_cookie("maillage")
    assert cookie is not None
    assert len(cookie.value) < 4000


def test_the_desk_is_read_in_english(home: House) -> None:
    page = home.citizen("Ann", language="en", grants=(("ebv", "operator:op2"),)).read("/accompaniment")
    for said in ("Accompanying défis", "Nothing waits.", "All the stages", "silent for thirty days"):
        assert said in page


def _silence(home: House, defi: Defi) -> None:
    """Nothing has happened in it for two months."""
    with home.databases["defis_op1"].transaction() as session:
        query = "UPDATE defi SET changed_at = now() - interval '60 days' WHERE id = :id"
        session.execute(text(query), {"id": defi.id})
