"""The house itself: people sign in by mail, and each operator knows them by a token of its own."""

from __future__ import annotations

from tests.pages.house import House, Person


def test_somebody_signs_in_by_the_mail_they_are_sent(home: House) -> None:
    camille = home.citizen("Camille")
    assert "Camille" in camille.read("/") or "Se déconnecter" in camille.read("/")


def test_a_visitor_is_asked_to_sign_in_where_an_account_is_needed(visitor: Person) -> None:
    answer = visitor.get("/account/proposals")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?return_to=")
