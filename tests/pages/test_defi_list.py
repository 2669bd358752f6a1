"""The défis of the country: found by what they are, counted on a map, shown when an operator does not answer too."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.pages.defis import Defi, ask, published
from tests.pages.house import House, Person, words
from tests.pages.territory import asked, load_france, lost


@pytest.fixture(scope="module")
def cafe(home: House) -> Defi:
    """A défi under way in Rouvres-en-Xaintois (Vosges), of which the observatory has heard."""
    load_france(home)
    ebv = home.citizen("Inès", grants=(("ebv", "operator:op1"),))
    made = published(home.citizen("Anne"), ebv)
    published(home.citizen("Bruno"), ebv, title="Un verger partagé", themes=["nature"], kind="petite_ville")
    home.settle()
    return made


@pytest.fixture
def op1_down(home: House) -> Iterator[None]:
    """The operator of the Vosges does not answer for the length of a test."""
    with lost(home, "op1"):
        yield


def titles(page: str) -> list[str]:
    return re.findall(r'class="defi-row-title"><a [^>]+><span lang="fr">([^<]+)</span>', page)


def test_every_defi_is_listed_with_its_title_commune_and_stage(cafe: Defi, visitor: Person) -> None:
    page = visitor.read("/defis")
    assert titles(page) == ["Un verger partagé", "Un café pour tous"]
    assert f'href="{cafe.path}"' in page
    assert "Rouvres-en-Xaintois</a> (Vosges)" in page
    assert "1 personne engagée" in page
    assert "2 défis" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("theme=nature", ["Un verger partagé"]),
        ("kind=rural", ["Un café pour tous"]),
        ("departement=88&stage=informaction", ["Un verger partagé", "Un café pour tous"]),
        ("departement=35", []),
        ("stage=creaction", []),
        ("state=completed", []),
    ],
)
def test_the_list_is_narrowed_without_scripts(
    cafe: Defi, visitor: Person, query: str, expected: list[str]
) -> None:
    assert titles(visitor.read(f"/defis?{query}")) == expected


def test_a_choice_stays_in_the_form_and_in_the_links_of_the_map(cafe: Defi, visitor: Person) -> None:
    page = visitor.read("/defis?theme=nature&departement=88")
    assert '<option value="nature" selected>' in page
    assert '<option value="88" selected>88 – Vosges' in page
    assert 'href="/defis?theme=nature&departement=35"' in page
    assert "<h1>Les défis : Vosges</h1>" in page


def test_the_map_says_each_departement_and_its_figure_and_a_table_says_the_same(
    cafe: Defi, visitor: Person
) -> None:
    page = visitor.read("/defis")
    assert page.count('<path class="land') == 105
    assert "<title>Vosges : 2 défis</title>" in page
    assert re.search(r'<th scope="row"><a [^>]+>Vosges \(88\)</a></th><td class="figure">2</td>', page)
    assert 'departement=974" tabindex="-1"><title>La Réunion : 0 défi</title>' in page


def test_where_few_take_part_nothing_is_said_of_them(cafe: Defi, visitor: Person) -> None:
    assert "Qui y prend part" not in visitor.read("/defis")


def test_what_is_no_choice_is_no_page(visitor: Person) -> None:
    for query in ("stage=fin", "kind=ville", "departement=97", "theme=É", "state=draft"):
        assert visitor.get(f"/defis?{query}").status_code == 404, query


def test_where_there_is_none_one_is_told_how_to_begin(cafe: Defi, visitor: Person) -> None:
    page = visitor.read("/defis?departement=35")
    assert "Aucun défi ici avec ces choix." in page
    assert "Cinq voisins et on lance" in page
    assert 'href="/defis/launch"' in page


@pytest.mark.usefixtures("op1_down")
def test_without_its_operator_a_defi_shows_where_it_is_and_since_when_nothing_is_heard(
    cafe: Defi, visitor: Person
) -> None:
    page = visitor.read("/defis")
    assert titles(page) == []
    assert f'href="{cafe.path}"' in page
    assert "Rouvres-en-Xaintois" in page
    assert "son titre reviendra" in page
    assert "(démonstration) ne répond pas pour le moment ; ses dernières nouvelles sont du" in page


def test_a_page_asks_no_more_than_five_times(home: House, cafe: Defi, visitor: Person) -> None:
    with asked() as calls:
        visitor.read("/defis")
    assert len(calls) <= 5, calls


def test_the_list_is_in_english_too(home: House, cafe: Defi) -> None:
    page = home.somebody("en").read("/defis?departement=88")
    assert "The défis: Vosges" in page
    assert "<title>Vosges: 2 défis</title>" in page
    assert '<span lang="fr">Un café pour tous</span>' in page


def test_the_page_of_a_kind_says_what_it_means_and_shows_examples(cafe: Defi, visitor: Person) -> None:
    page = visitor.read("/kinds/rural")
    assert "Les territoires ruraux" in page
    assert re.search(r"<dt>communes</dt><dd>\d\d \d{3}</dd>", page)
    assert titles(page) == ["Un café pour tous"]
    assert visitor.get("/kinds/ville").status_code == 404
    assert "Aucun défi n’est encore en cours" in visitor.read("/kinds/metropole")


def test_an_ended_defi_leaves_the_list_and_stands_among_the_completed(home: House, visitor: Person) -> None:
    ebv = home.citizen("Inès", grants=(("ebv", "operator:op1"),))
    porteur = home.citizen("Chloé")
    done = published(porteur, ebv, title="Un pédibus", themes=["mobilite"])
    ask(porteur, "POST", f"/defis/{done.id}/state", {"action": "complete"})
    home.settle()
    assert "Un pédibus" not in titles(visitor.read("/defis"))
    completed = visitor.get("/defis?state=completed&theme=mobilite")
    assert titles(words(completed)) == ["Un pédibus"]
