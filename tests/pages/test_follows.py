"""Following: by mail without an account, in one press with one, and ceasing to."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from tests.pages.defis import published
from tests.pages.house import House, Person, words
from tests.pages.territory import load_france, lost

VOSGES = "commune:88160"
UNKNOWN_DEFI = "defi:01890000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module", autouse=True)
def france(home: House) -> None:
    load_france(home)


def confirmations(home: House, email: str) -> int:
    query = text("SELECT count(*) FROM mail WHERE recipient = :email")
    with home.databases["notifications"].transaction() as session:
        return int(session.execute(query, {"email": email}).scalar_one())


def test_who_has_no_account_is_sent_a_mail_and_goes_back_to_the_page(home: House, visitor: Person) -> None:
    typed = {"topic": VOSGES, "email": "camille@exemple.fr", "return_to": "/sign-in"}
    answer = visitor.post("/follow", typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert "Un courriel part vers cette adresse" in visitor.read("/sign-in")
    assert confirmations(home, "camille@exemple.fr") == 1


def test_the_answer_is_the_same_for_an_address_that_was_used_already(home: House, visitor: Person) -> None:
    typed = {"topic": VOSGES, "email": "deux@exemple.fr", "return_to": "/sign-in"}
    seen = []
    for _ in range(2):
        visitor.post("/follow", typed)
        seen.append(re.findall(r'<p class="notice">.*?</p>', visitor.read("/sign-in")))
    assert seen[0] == seen[1]
    assert len(seen[0]) == 1


def test_a_wrong_address_is_kept_and_said_to_be_wrong_at_its_field(visitor: Person) -> None:
    answer = visitor.post("/follow", {"topic": VOSGES, "email": "camille@", "return_to": "/ici/88160"})
    page = words(answer)
    assert answer.status_code == 422
    assert "<title>Erreur" in page
    assert 'value="camille@"' in page
    assert "Ce n’est pas une adresse électronique" in page
    assert 'href="/ici/88160"' in page


def test_an_address_that_was_mailed_too_often_is_let_alone(home: House, visitor: Person) -> None:
    typed = {"topic": VOSGES, "email": "souvent@exemple.fr"}
    answers = [visitor.post("/follow", typed).status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]
    assert confirmations(home, "souvent@exemple.fr") == 5


def test_an_account_follows_in_one_press_and_stops_in_another(home: House) -> None:
    camille = home.citizen("Camille")
    home.settle()
    camille.post("/follow", {"topic": VOSGES, "return_to": "/account/follows"})
    listed = camille.read("/account/follows")
    assert "C’est suivi" in listed
    assert '<a href="/ici/88160"><span lang="fr">Épinal</span></a>' in listed
    assert "Vous le suivez." in camille.read(f"/follow?topic={VOSGES}")
    held = re.search(r'name="follow" value="([^"]+)"', listed)
    assert held is not None
    camille.post("/follow/stop", {"follow": held[1]})
    assert "Vous ne suivez rien pour l’instant." in camille.read("/account/follows")


def test_a_defi_that_is_followed_is_listed_by_its_title_while_its_operator_answers(home: House) -> None:
    ebv, camille = home.citizen("Inès", grants=(("ebv", "operator:op1"),)), home.citizen("Camille")
    cafe = published(home.citizen("Anne"), ebv)
    home.settle()
    camille.post("/follow", {"topic": f"defi:{cafe.id}", "return_to": cafe.path})
    assert "Un café pour tous</span></a>" in camille.read("/account/follows")
    with lost(home, "op1"):
        assert ">Un défi</span></a>" in camille.read("/account/follows")


def test_nobody_stops_what_somebody_else_follows(home: House) -> None:
    camille, sacha = home.citizen("Camille"), home.citizen("Sacha")
    camille.post("/follow", {"topic": VOSGES})
    held = re.search(r'name="follow" value="([^"]+)"', camille.read("/account/follows"))
    assert held is not None
    assert sacha.post("/follow/stop", {"follow": held[1]}).status_code == 404
    assert 'href="/ici/88160"' in camille.read("/account/follows")


def test_the_list_of_what_one_follows_needs_an_account(visitor: Person) -> None:
    assert visitor.get("/account/follows").headers["Location"].startswith("/sign-in?return_to=")
    assert visitor.post("/follow/stop", {"follow": "1"}).headers["Location"].startswith("/sign-in")


def test_what_is_not_public_or_no_such_thing_cannot_be_followed(visitor: Person) -> None:
    for topic in (UNKNOWN_DEFI, "commune:1", "mairie:88160", ""):
        assert visitor.post("/follow", {"topic": topic, "email": "a@exemple.fr"}).status_code == 404, topic
    assert visitor.get("/follow?topic=mairie:88160").status_code == 404


def test_following_leads_nowhere_else(visitor: Person) -> None:
    typed = {"topic": VOSGES, "email": "ailleurs@exemple.fr", "return_to": "https://evil.example/"}
    assert visitor.post("/follow", typed).headers["Location"] == "/ici/88160"


def test_the_form_is_in_english_too(home: House) -> None:
    page = home.somebody("en").read(f"/follow?topic={VOSGES}")
    assert "Follow this commune" in page
    assert "No account needed" in page
