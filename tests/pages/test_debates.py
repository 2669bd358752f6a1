"""Arguments for and against, on the page of the debate that they are for."""

from __future__ import annotations

import re

import pytest

from tests.pages.defis import Defi, published
from tests.pages.house import House, Person, words
from tests.pages.meetings import announced, report


@pytest.fixture(scope="module")
def ebv(home: House) -> Person:
    return home.citizen("Odile", grants=(("ebv", "territory:88"),))


@pytest.fixture(scope="module")
def cafe(home: House, ebv: Person) -> Defi:
    return published(home.citizen("Lucie"), ebv)


@pytest.fixture
def debate(cafe: Defi) -> str:
    return announced(cafe)


@pytest.fixture(scope="module")
def camille(home: House) -> Person:
    return home.citizen("Camille")


def argue(person: Person, debate: str, side: str, words: str) -> None:
    assert person.post(f"{debate}/arguments", {"side": side, "text": words}).status_code == 303


def removals(page: str) -> list[str]:
    return re.findall(r'action="([^"]+/removal)"', page)


def test_arguments_stand_on_the_side_that_they_are_for(visitor: Person, debate: str, camille: Person) -> None:
    argue(camille, debate, "for", "Une soirée par quinzaine, cela se tient.")
    argue(camille, debate, "against", "Tout repose sur les mêmes.")
    page = visitor.read(debate)
    assert page.index("side-for") < page.index("Une soirée par quinzaine") < page.index('id="side-against"')
    assert page.index('id="side-against"') < page.index("Tout repose sur les mêmes.")
    assert "Camille" not in page
    assert "Se connecter pour donner un argument" in page


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"side": "", "text": "Une raison sans côté."}, "side"),
        ({"side": "for", "text": ""}, "text"),
        ({"side": "for", "text": "a" * 601}, "text"),
    ],
)
def test_an_argument_without_a_side_or_a_text_is_refused_and_kept(
    debate: str, camille: Person, sent: dict[str, str], field: str
) -> None:
    answer = camille.post(f"{debate}/arguments", sent)
    page = words(answer)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in page
    assert "<title>Erreur" in page
    assert sent["text"] in page


def test_one_removes_ones_own_argument(debate: str, camille: Person) -> None:
    argue(camille, debate, "for", "Je me ravise.")
    (removal,) = removals(camille.read(debate))
    assert camille.post(removal).status_code == 303
    assert "Je me ravise." not in camille.read(debate)


def test_a_strangers_argument_is_not_ones_to_remove(
    home: House, debate: str, camille: Person, cafe: Defi
) -> None:
    argue(camille, debate, "for", "On y tient.")
    (removal,) = removals(camille.read(debate))
    denis = home.citizen("Denis")
    assert removals(denis.read(debate)) == []
    assert denis.post(removal).status_code == 403
    assert home.somebody().post(removal).status_code == 303
    assert "On y tient." in denis.read(debate)
    assert cafe.porteur.post(removal).status_code == 303
    assert "On y tient." not in denis.read(debate)


def test_the_report_closes_the_debate(home: House, cafe: Defi, debate: str, camille: Person) -> None:
    argue(camille, debate, "against", "Dit avant le compte rendu.")
    report(home, cafe, debate)
    page = camille.read(debate)
    assert "Ce débat est clos" in page
    assert "Dit avant le compte rendu." in page
    assert "Donner cet argument" not in page
    answer = camille.post(f"{debate}/arguments", {"side": "for", "text": "Trop tard."})
    assert answer.status_code == 422
    assert "compte rendu" in words(answer)


def test_there_is_no_debate_in_another_kind_of_meeting(cafe: Defi, camille: Person) -> None:
    gathering = announced(cafe, kind="gathering")
    assert "Les arguments" not in camille.read(gathering)
    assert camille.post(f"{gathering}/arguments", {"side": "for", "text": "Hors sujet."}).status_code == 422


def test_markup_in_an_argument_stays_text(visitor: Person, debate: str, camille: Person) -> None:
    argue(camille, debate, "for", "<script>alert(1)</script>")
    source = visitor.get(debate).get_data(as_text=True)
    assert "<script>alert(1)" not in source
    assert "&lt;script&gt;alert(1)" in source


def test_a_debate_is_read_in_english(home: House, debate: str) -> None:
    page = home.somebody("en").read(debate)
    for said in ("The arguments", "For", "Against", "None yet.", "Sign in to give an argument"):
        assert said in page
