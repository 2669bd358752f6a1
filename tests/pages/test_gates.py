"""From one stage to the next: refused with what is missing, asked for, decided, appealed; and who may not."""

from __future__ import annotations

import re

import pytest

from tests.pages.defis import Defi, ask, published
from tests.pages.house import House, Person, words
from tests.pages.meetings import announced, join_core, report

NOT_YET = {"decision": "refuse", "reasons": ["report_too_thin", "commitments_unclear"], "note": "Presque."}


@pytest.fixture(scope="module")
def ebv(home: House) -> Person:
    return home.citizen("Odile", grants=(("ebv", "territory:88"),))


@pytest.fixture(scope="module")
def staff(home: House) -> Person:
    return home.citizen("Gérard", grants=(("operator_staff", "operator:op1"),))


@pytest.fixture
def porteuse(home: House) -> Person:
    return home.citizen("Lucie")


@pytest.fixture(scope="module")
def neighbours(home: House) -> list[Person]:
    return [home.citizen(name) for name in ("Bernard", "Fatou", "Étienne", "Colette")]


@pytest.fixture
def defi(porteuse: Person, ebv: Person) -> Defi:
    return published(porteuse, ebv)


@pytest.fixture
def ready(home: House, defi: Defi, neighbours: list[Person]) -> Defi:
    """A debate reported, and five people committed."""
    report(home, defi, announced(defi))
    join_core(defi, *neighbours)
    return defi


@pytest.fixture
def asked(ready: Defi) -> Defi:
    assert ready.porteur.post(f"{ready.path}/gate").status_code == 303
    return ready


def decision_of(page: str) -> str:
    """Where the decision is sent to."""
    return re.findall(r'action="([^"]+/decision)"', page)[0]


def decide(person: Person, defi: Defi, **sent: object) -> None:
    path = decision_of(person.read(f"{defi.path}/gate"))
    assert person.post(path, sent).status_code == 303


def test_the_page_says_what_the_next_stage_takes_and_what_to_do(visitor: Person, defi: Defi) -> None:
    page = visitor.read(f"{defi.path}/gate")
    assert "Pour passer en Cré’action" in page
    assert page.count("Il manque encore.") == 2
    assert "1 sur les 5 nécessaires" in page
    for way in ("/meetings", "/people", "/pledges"):
        assert f'href="{defi.path}{way}"' in page
    assert "Demander Cré’action" not in page


def test_asked_too_early_it_is_refused_with_what_is_missing(defi: Defi) -> None:
    answer = defi.porteur.post(f"{defi.path}/gate")
    page = words(answer)
    assert answer.status_code == 422
    assert "<title>Erreur" in page
    assert "Pas tout à fait encore" in page
    missing = page[page.index("Pas tout à fait encore") : page.index("Ce qu’il faut")]
    assert 'href="#debates"' in missing
    assert "Au moins un débat" in missing
    assert 'href="#committed"' in missing
    assert "1 sur les 5 qu’il faut" in missing
    assert 'id="debates"' in page
    assert 'id="committed"' in page


def test_the_whole_way_to_creaction(home: House, defi: Defi, ebv: Person, neighbours: list[Person]) -> None:
    report(home, defi, announced(defi))
    early = words(defi.porteur.post(f"{defi.path}/gate"))
    assert 'href="#committed"' in early
    assert 'href="#debates"' not in early
    join_core(defi, *neighbours[:3])
    for_a_fifth = {"kind": "time", "description": "Un soir par semaine.", "name": "Colette"}
    ask(neighbours[3], "POST", f"/defis/{defi.id}/pledges", for_a_fifth)
    assert defi.porteur.post(f"{defi.path}/gate").status_code == 303
    waiting = defi.porteur.read(f"{defi.path}/gate")
    assert "En attente de décision" in waiting
    assert "Demander Cré’action" not in waiting
    decide(ebv, defi, decision="confirm", note="Bravo pour le débat.")
    page = defi.porteur.read(f"{defi.path}/gate")
    assert "Confirmée" in page
    assert "Bravo pour le débat." in page
    assert "Pour passer en Activ’action" in page
    home.settle()
    notice = neighbours[0].read("/notices")
    assert "Cré’action" in notice
    assert defi.id in notice


def test_an_asking_that_waits_is_not_asked_again(asked: Defi) -> None:
    answer = asked.porteur.post(f"{asked.path}/gate")
    assert answer.status_code == 422
    assert "attend" in words(answer)


def test_only_the_porteur_asks(home: House, ready: Defi, visitor: Person, neighbours: list[Person]) -> None:
    stranger = home.citizen()
    for person in (stranger, neighbours[0]):
        assert "Demander Cré’action" not in person.read(f"{ready.path}/gate")
        assert person.post(f"{ready.path}/gate").status_code == 403
    assert visitor.post(f"{ready.path}/gate").status_code == 303
    assert "En attente de décision" not in ready.porteur.read(f"{ready.path}/gate")


def test_a_refusal_needs_a_reason_and_keeps_what_was_typed(asked: Defi, ebv: Person) -> None:
    path = decision_of(ebv.read(f"{asked.path}/gate"))
    answer = ebv.post(path, {"decision": "refuse", "note": "Un mot à garder."})
    page = words(answer)
    assert answer.status_code == 422
    assert 'id="reasons-error"' in page
    assert 'href="#reasons"' in page
    assert '<input id="reasons" type="checkbox"' in page
    assert "Un mot à garder." in page
    assert 'value="refuse" checked' in page
    nothing = ebv.post(path, {"decision": ""})
    assert nothing.status_code == 422
    assert 'id="decision-error"' in words(nothing)


def test_a_refusal_says_why_and_one_may_ask_again(asked: Defi, ebv: Person, visitor: Person) -> None:
    decide(ebv, asked, **NOT_YET)
    page = asked.porteur.read(f"{asked.path}/gate")
    for said in (
        "Pas encore",
        "Le compte rendu dit trop peu",
        "On ne voit pas bien qui s’est engagé",
        "Presque.",
    ):
        assert said in page
    assert "Presque." not in visitor.read(f"{asked.path}/gate")
    assert asked.porteur.post(f"{asked.path}/gate").status_code == 303


def test_reasons_left_ticked_mean_nothing_beside_a_confirmation(asked: Defi, ebv: Person) -> None:
    decide(ebv, asked, decision="confirm", reasons=["safety"])
    assert "Confirmée" in ebv.read(f"{asked.path}/gate")


def test_an_appeal_goes_to_the_staff_who_uphold_or_confirm(asked: Defi, ebv: Person, staff: Person) -> None:
    decide(ebv, asked, **NOT_YET)
    path = re.findall(r'action="([^"]+/appeal)"', asked.porteur.read(f"{asked.path}/gate"))[0]
    empty = asked.porteur.post(path, {"appeal": ""})
    assert empty.status_code == 422
    assert 'id="appeal-error"' in words(empty)
    assert asked.porteur.post(path, {"appeal": "Tout y est, relisez."}).status_code == 303
    for_the_ebv = ebv.read(f"{asked.path}/gate")
    assert "la décision revient maintenant à l’équipe de l’opérateur" in for_the_ebv
    assert "/decision" not in for_the_ebv
    page = staff.read(f"{asked.path}/gate")
    assert "Tout y est, relisez." in page
    answer = ebv.post(decision_of(page), {"decision": "confirm"})
    assert answer.status_code == 403
    assert "opérateur" in words(answer)
    decide(staff, asked, decision="uphold", note="Le compte rendu reste trop court.")
    page = asked.porteur.read(f"{asked.path}/gate")
    assert "Refus maintenu après recours" in page
    assert "Le compte rendu reste trop court." in page


def test_an_appeal_may_be_confirmed(asked: Defi, ebv: Person, staff: Person) -> None:
    decide(ebv, asked, **NOT_YET)
    path = re.findall(r'action="([^"]+/appeal)"', asked.porteur.read(f"{asked.path}/gate"))[0]
    asked.porteur.post(path, {"appeal": "Tout y est."})
    decide(staff, asked, decision="confirm")
    assert "Pour passer en Activ’action" in asked.porteur.read(f"{asked.path}/gate")


def test_whoever_is_part_of_a_defi_is_told_that_they_do_not_judge_it(
    home: House, asked: Defi, ebv: Person
) -> None:
    path = decision_of(ebv.read(f"{asked.path}/gate"))
    both = home.citizen("Yvonne", grants=(("ebv", "territory:88"),))
    join_core(asked, both)
    page = both.read(f"{asked.path}/gate")
    assert "vous ne pouvez donc pas en juger" in page
    assert "/decision" not in page
    answer = both.post(path, {"decision": "confirm"})
    assert answer.status_code == 403
    assert "Vous faites partie de ce défi" in words(answer)
    assert "Confirmée" not in asked.porteur.read(f"{asked.path}/gate")


def test_neither_a_stranger_nor_the_ebv_of_elsewhere_decides(home: House, asked: Defi, ebv: Person) -> None:
    path = decision_of(ebv.read(f"{asked.path}/gate"))
    elsewhere = home.citizen("Yann", grants=(("ebv", "territory:35"),))
    for person in (home.citizen(), elsewhere, asked.porteur):
        assert "/decision" not in person.read(f"{asked.path}/gate")
        assert person.post(path, {"decision": "confirm"}).status_code in (403, 404)
    assert "En attente de décision" in asked.porteur.read(f"{asked.path}/gate")


def test_the_second_gate_asks_for_three_things_in_writing(asked: Defi, ebv: Person) -> None:
    decide(ebv, asked, decision="confirm")
    page = asked.porteur.read(f"{asked.path}/gate")
    for field in ("charter", "experiment", "task"):
        assert f'name="{field}"' in page
    answer = asked.porteur.post(f"{asked.path}/gate", {"charter": "Adoptée <b>en mai</b>."})
    refused = words(answer)
    assert answer.status_code == 422
    assert 'id="experiment-error"' in refused
    assert 'id="task-error"' in refused
    assert 'id="charter-error"' not in refused
    assert "&lt;b&gt;en mai" in answer.get_data(as_text=True)
    stated = {
        "charter": "Adoptée <b>en mai</b>.",
        "experiment": "Deux mois à blanc.",
        "task": "Le comptoir est poncé.",
    }
    assert asked.porteur.post(f"{asked.path}/gate", stated).status_code == 303
    assert "Deux mois à blanc." in ebv.read(f"{asked.path}/gate")
    assert "<b>en mai" not in ebv.get(f"{asked.path}/gate").get_data(as_text=True)
    decide(ebv, asked, decision="confirm")
    assert "Ce défi est à sa dernière étape" in asked.porteur.read(f"{asked.path}/gate")


def test_gates_are_read_in_english(home: House, defi: Defi) -> None:
    page = home.somebody("en").read(f"{defi.path}/gate")
    for said in ("To go on to Cré’action", "What it takes", "1 of the 5 it takes", "Go to the pledges"):
        assert said in page
