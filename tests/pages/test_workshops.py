"""A workshop's page: what it was convened on, asking for a place, waiting for one, and what came out."""

from __future__ import annotations

from tests.pages.house import House, Person, words
from tests.pages.programme import TEXTS, Programme

VISIO = "https://visio.example/atelier"


def test_anyone_reads_what_a_workshop_was_convened_on(cause: Programme, visitor: Person) -> None:
    page = visitor.read(f"/workshops/{cause.convene()}")
    assert "Se déplacer sans voiture à soi" in page
    assert "Salle des fêtes, Mirecourt" in page
    assert "(heure de Paris)" in page
    assert "Union nationale des Pimms" in page
    assert [text in page for text in TEXTS] == [True, True, False]
    assert "2 places libres" in page
    assert VISIO not in page


def test_who_is_not_signed_in_is_asked_to(cause: Programme, visitor: Person) -> None:
    workshop = cause.convene()
    assert "Me connecter pour demander une place" in visitor.read(f"/workshops/{workshop}")
    answer = visitor.post(f"/workshops/{workshop}/place")
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in")


def test_places_go_in_the_order_of_asking_and_who_waits_moves_up(home: House, cause: Programme) -> None:
    path = f"/workshops/{cause.convene(capacity=1)}"
    first, second, third = home.citizen(), home.citizen(), home.citizen()
    for person in (first, second, third):
        assert person.post(f"{path}/place").status_code == 303
    assert "Vous avez une place." in first.read(path)
    assert VISIO in first.read(path)
    assert "au rang 1" in second.read(path)
    assert "au rang 2" in third.read(path)
    assert VISIO not in second.read(path)
    first.post(f"{path}/place/return")
    assert "Vous avez une place." in second.read(path)
    assert "au rang 1" in third.read(path)
    assert "Rejoindre la liste d’attente" in first.read(path)


def test_a_place_in_what_was_called_off_is_refused_in_the_services_words(
    home: House, cause: Programme
) -> None:
    workshop = cause.convene()
    cause.cancel(workshop)
    answer = home.citizen().post(f"/workshops/{workshop}/place")
    assert answer.status_code == 422
    assert "<title>Erreur" in words(answer)
    assert "Cet atelier a été annulé." in words(answer)


def test_what_was_said_and_what_came_out_is_public_with_its_origin(cause: Programme, visitor: Person) -> None:
    workshop = cause.convene()
    (draft,) = cause.hold(workshop, "Dix véhicules partagés")
    page = visitor.read(f"/workshops/{workshop}")
    assert "31 personnes sont venues" in page
    assert "Trente voix." in page
    came_out = page.partition("Ce qui en est sorti")[2].partition("Réuni autour")[0]
    assert f"/actions/{draft}" in came_out
    assert TEXTS[0] in came_out
    assert TEXTS[1] not in came_out


def test_the_way_to_run_it_is_for_who_coordinates(home: House, cause: Programme) -> None:
    path = f"/workshops/{cause.convene()}"
    assert f"/coordination{path}" in home.citizen(grants=cause.coordinator).read(path)
    assert f"/coordination{path}" not in home.citizen().read(path)


def test_a_workshop_is_read_in_english(home: House, cause: Programme) -> None:
    page = home.somebody("en").read(f"/workshops/{cause.convene()}")
    assert "Getting about without a car of one’s own" in page
    assert "2 places left" in page


def test_there_is_no_page_of_an_unknown_workshop(visitor: Person) -> None:
    assert visitor.get("/workshops/01890000-0000-7000-8000-000000000000").status_code == 404
