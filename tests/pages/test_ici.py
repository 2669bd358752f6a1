"""The page of a commune: found by name or postal code, and what it says, from everything to nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.clients.titles import Row
from gateway.pages.territories.place import next_meeting
from services.notifications.follows.commands import follow
from services.notifications.follows.rules import Reference, TopicKind
from services.notifications.people.commands import ensure_address
from tests.pages.defis import Defi, ask, published
from tests.pages.house import House, Person, words
from tests.pages.territory import asked, load_france, lost

ROUVRES, EPINAL, RENNES, TOULOUSE = "88400", "88160", "35238", "31555"


@pytest.fixture(scope="module", autouse=True)
def france(home: House) -> None:
    load_france(home)


@pytest.fixture(scope="module")
def cafe(home: House) -> Defi:
    """A défi in Rouvres-en-Xaintois (Vosges) with a date to come."""
    anne = home.citizen("Anne")
    made = published(anne, home.citizen("Inès", grants=(("ebv", "operator:op1"),)))
    meeting = {
        "kind": "debate",
        "title": "Qui ouvre le matin ?",
        "starts_at": "2030-05-01T18:00:00Z",
        "ends_at": "2030-05-01T20:00:00Z",
        "place": "Salle des fêtes",
    }
    ask(anne, "POST", f"/defis/{made.id}/meetings", meeting)
    home.settle()
    return made


@pytest.mark.parametrize("typed", ["rouvres en xaintois", "ROUVRES-EN-X", "88500"])
def test_a_commune_is_found_as_people_type_it(visitor: Person, typed: str) -> None:
    page = visitor.read(f"/ici?q={typed}")
    assert '<a href="/ici/88400"><strong>Rouvres-en-Xaintois</strong> <span>Vosges · 88500' in page


def test_what_is_found_while_typing_is_a_piece_of_page(visitor: Person) -> None:
    piece = words(visitor.get("/ici?q=epinal", headers={"HX-Request": "true"}))
    assert "<html" not in piece
    assert 'href="/ici/88160"' in piece


def test_what_nobody_is_called_is_said_and_stays_typed(visitor: Person) -> None:
    page = visitor.read("/ici?q=<b>Zzyzx")
    assert "Aucune commune ne s’appelle « <b>Zzyzx »" in page
    assert "&lt;b&gt;Zzyzx" in visitor.get("/ici?q=<b>Zzyzx").get_data(as_text=True)
    assert 'value="<b>Zzyzx"' in page


def test_the_search_is_empty_before_one_types(visitor: Person) -> None:
    assert "Aucune commune" not in visitor.read("/ici")


def test_a_commune_says_what_it_is_and_what_its_kind_rests_on(visitor: Person) -> None:
    page = visitor.read(f"/ici/{EPINAL}")
    assert "<h1>Épinal</h1>" in page
    assert "Vosges · Grand Est" in page
    assert '<a href="/kinds/petite_ville">Petite ville</a>' in page
    assert "Ce type est déduit par une règle" in page
    assert "Code INSEE 88160" in page
    assert "88000" in page


def test_who_acts_here_stands_first_with_the_next_date_and_what_to_lend(cafe: Defi, visitor: Person) -> None:
    page = visitor.read(f"/ici/{ROUVRES}")
    assert "La prochaine date" in page
    assert "1er mai 2030 à 20:00" in page
    assert "Qui ouvre le matin ?" in page
    assert f'href="{cafe.path}"' in page
    assert f'href="{cafe.path}/pledges/offer?kind=skill"' in page
    assert "Cinq voisins" not in page
    assert "Le Relais des défis vosgiens" in page


def test_near_a_defi_five_neighbours_may_begin_another(cafe: Defi, visitor: Person) -> None:
    page = visitor.read(f"/ici/{EPINAL}")
    assert "Cinq voisins et on lance." in page
    assert 'href="/defis/launch?commune=88160"' in page
    assert "Pas loin : Vosges" in page
    assert "Un café pour tous" in page
    assert "1er mai 2030 à 20:00" in page


def test_where_nothing_exists_and_nobody_serves_that_is_said_plainly(visitor: Person) -> None:
    page = visitor.read(f"/ici/{TOULOUSE}")
    assert "Aucun opérateur ne couvre encore cette commune" in page
    assert "Cinq voisins et on lance." in page
    assert "Aucune consultation n’a encore eu lieu." in page
    assert "La prochaine date" not in page
    assert "Pas loin" not in page


def test_those_who_wait_for_an_operator_are_counted(home: House, visitor: Person) -> None:
    now = datetime.now(UTC)
    with home.databases["notifications"].transaction() as session:
        for number in range(5):
            recipient = ensure_address(session, f"voisine{number}@exemple.fr", "fr", now)
            follow(session, recipient, Reference(TopicKind.COMMUNE, TOULOUSE), now)
    assert "5 personnes la suivent." in visitor.read(f"/ici/{TOULOUSE}")
    assert "la suivent." not in visitor.read(f"/ici/{EPINAL}")


def test_without_its_operator_the_page_shows_what_is_known(home: House, cafe: Defi, visitor: Person) -> None:
    with lost(home, "op1"):
        page = visitor.read(f"/ici/{ROUVRES}")
    assert f'href="{cafe.path}"' in page
    assert "Un défi : Rouvres-en-Xaintois" in page
    assert "les titres et les dates de ses défis reviendront" in page
    assert "Un café pour tous" not in page


@pytest.mark.parametrize(("old", "today"), [("75101", "75056"), ("2a004", "2A004")])
def test_the_code_of_a_part_or_of_the_past_leads_to_the_commune_of_today(
    visitor: Person, old: str, today: str
) -> None:
    answer = visitor.get(f"/ici/{old}")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/ici/{today}")


def test_an_unknown_code_is_a_404_that_helps_to_find_the_commune(visitor: Person) -> None:
    answer = visitor.get("/ici/00000")
    assert answer.status_code == 404
    assert "Aucune commune n’a ce code" in words(answer)
    assert 'name="q"' in words(answer)
    by_name = visitor.get("/ici/rennes")
    assert by_name.status_code == 404
    assert f'href="/ici/{RENNES}"' in words(by_name)


def test_a_visitor_follows_by_mail_and_an_account_in_one_press(home: House, visitor: Person) -> None:
    assert 'name="email"' in visitor.read(f"/ici/{EPINAL}")
    camille = home.citizen("Camille")
    home.settle()
    assert "Suivre cette commune" in camille.read(f"/ici/{EPINAL}")
    camille.post("/follow", {"topic": f"commune:{EPINAL}", "return_to": f"/ici/{EPINAL}"})
    assert "Ne plus suivre" in camille.read(f"/ici/{EPINAL}")


def test_a_page_asks_no_more_than_five_times(home: House, cafe: Defi, visitor: Person) -> None:
    with asked() as calls:
        visitor.read(f"/ici/{ROUVRES}")
    assert len(calls) <= 5, calls


def test_the_page_is_in_english_too(home: House, cafe: Defi) -> None:
    page = home.somebody("en").read(f"/ici/{ROUVRES}")
    assert "Who acts here" in page
    assert '<span lang="fr">Un café pour tous</span>' in page


def row(starts_at: str | None) -> Row:
    meeting: dict[str, Any] | None = {"starts_at": starts_at} if starts_at else None
    return Row({"commune": None}, {"figures": {"next_meeting": meeting}}, "")


def test_the_next_date_is_the_earliest_of_those_given() -> None:
    rows = [row(None), row("2030-02-01T10:00:00+00:00"), row("2030-01-01T10:00:00+00:00")]
    assert next_meeting(rows) is rows[2]
    assert next_meeting([row(None), Row({"commune": None}, None, "")]) is None
    twins = [row("2030-01-01T10:00:00+00:00"), row("2030-01-01T10:00:00+00:00")]
    assert next_meeting(twins) is twins[0]
