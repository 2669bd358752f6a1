"""The page of the country's défis says how people take part in them, in tens, and never so that one is guessed."""

from __future__ import annotations

import re

import pytest

from tests.pages.defis import Defi, ask, published
from tests.pages.house import House, Person
from tests.pages.territory import load_france

OFFER = {"kind": "skill", "description": "Souder", "name": "Bruno"}


@pytest.fixture(scope="module")
def cafe(home: House) -> Defi:
    """A défi under way in the Vosges, which eleven times somebody has offered help, and nobody has joined."""
    load_france(home)
    made = published(home.citizen("Anne"), home.citizen("Inès", grants=(("ebv", "operator:op1"),)))
    bruno = home.citizen("Bruno")
    for _ in range(11):
        ask(bruno, "POST", f"/defis/{made.id}/pledges", OFFER)
    home.settle()
    return made


def rows(page: str) -> list[tuple[str, str, str]]:
    """The table of figures of people: what each row is of, and its two figures."""
    (section,) = re.findall(
        r'<section class="stack" aria-labelledby="part-title">.*?</section>', page, re.DOTALL
    )
    found = re.findall(r"<tr><th scope=\"row\">(.*?)</th><td.*?>(.*?)</td><td.*?>(.*?)</td></tr>", section)
    bare = re.compile(r"<[^>]+>")
    return [(label, bare.sub("", joined), bare.sub("", offered)) for label, joined, offered in found]


def test_offers_are_told_in_tens_by_stage_and_kind_and_what_is_below_ten_is_not(
    cafe: Defi, visitor: Person
) -> None:
    page = visitor.read("/defis")
    assert "Les défis en cours ont reçu au moins 10 offres d’aide." in page
    assert "ont été rejoints au moins" not in page
    few = "moins de 10"
    assert rows(page) == [
        ("Inform’action", few, "10"),
        ("Cré’action", few, few),
        ("Activ’action", few, few),
        ("Rural", few, "10"),
        ("Pavillonnaire", few, few),
        ("Petite ville", few, few),
        ("Métropole", few, few),
    ]


def test_a_departement_has_its_row_and_filters_change_no_figure(cafe: Defi, visitor: Person) -> None:
    whole = rows(visitor.read("/defis"))
    assert rows(visitor.read("/defis?stage=creaction&kind=metropole")) == whole
    assert rows(visitor.read("/defis?departement=88")) == [("Vosges", "moins de 10", "10"), *whole]
    assert rows(visitor.read("/defis?departement=35"))[0][1:] == ("moins de 10",) * 2


def test_the_figures_are_in_english_too(home: House, cafe: Defi) -> None:
    page = home.somebody("en").read("/defis")
    assert "The défis under way have been offered help at least 10 times." in page
    assert ("Rural", "fewer than 10", "10") in rows(page)
