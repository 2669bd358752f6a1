"""One's account: its name, what is held, taking it away, having it erased by everybody who held something."""

from __future__ import annotations

import json
import re

import pytest

from tests.pages.house import House, Person, words


@pytest.fixture
def camille(home: House) -> Person:
    """Somebody who is known to an operator too."""
    camille = home.citizen("Camille")
    assert (
        camille.get("/account/defis").status_code == 200
    )  # asks every operator, each of which now knows them
    return camille


@pytest.mark.parametrize("path", ["/account", "/account/data", "/account/data.json", "/account/erasure"])
def test_an_account_is_for_whoever_is_signed_in(visitor: Person, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?return_to=")


def test_a_changed_name_is_shown_at_once(camille: Person) -> None:
    answer = camille.post("/account", {"display_name": "Camille D."}, follow_redirects=True)
    assert "Votre nom est changé." in words(answer)
    assert '<span class="menu-name">Camille D.</span>' in words(answer)


def test_a_name_that_cannot_be_is_refused_at_its_field_and_kept(camille: Person) -> None:
    answer = camille.post("/account", {"display_name": "x" * 300})
    page = words(answer)
    assert answer.status_code == 422
    assert 'id="display_name-error"' in page
    assert "x" * 300 in page
    assert "<title>Erreur" in page


def test_what_each_service_holds_is_counted(home: House, camille: Person) -> None:
    home.settle()
    page = camille.read("/account/data")
    for owner in ("Conservé par la coalition", "Le Relais des défis vosgiens", "L’Atelier des défis rennais"):
        assert owner in page
    assert "<dt>Adresse, nom et langue</dt><dd>1</dd>" in page


def test_all_of_it_is_taken_away_as_one_file(home: House, camille: Person) -> None:
    home.settle()
    answer = camille.get("/account/data.json")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="maillage-')
    assert answer.headers["Cache-Control"] == "no-store"
    taken = json.loads(answer.get_data())
    services = {(one["owner"], one["service"]) for one in taken["held"] if one["answered"]}
    assert services == {
        ("coalition", "identity"),
        ("coalition", "consultation"),
        ("coalition", "notifications"),
        ("op1", "defis"),
        ("op2", "defis"),
    }
    assert taken["held"][0]["data"]["account"]["email"] == camille.email


def test_an_erasure_asks_for_ones_own_address(camille: Person) -> None:
    answer = camille.post("/account/erasure", {"email": "quelquun@exemple.fr"})
    assert answer.status_code == 422
    assert 'id="email-error"' in words(answer)
    assert camille.get("/account").status_code == 200


def test_an_erased_account_leaves_a_receipt_on_which_every_service_declares(
    home: House, camille: Person
) -> None:
    answer = camille.post("/account/erasure", {"email": camille.email})
    receipt = answer.headers["Location"]
    assert answer.status_code == 303
    assert re.fullmatch(r"/erasure/[\w-]{20,}", receipt)
    assert camille.get("/account").status_code == 303  # signed out
    home.settle()
    page = home.somebody().read(receipt)
    assert "Tout est effacé" in page
    assert page.count("Effacé, déclaré le") == 5
    assert camille.email not in page
    assert "Everything is erased" in home.somebody("en").read(receipt)


def test_a_receipt_that_is_none_is_nothing(visitor: Person) -> None:
    assert visitor.get("/erasure/inconnu").status_code == 404
