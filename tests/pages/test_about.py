"""What the site says of itself, in both languages, and the API that its services describe."""

from __future__ import annotations

import json

import pytest

from tests.pages.house import House, Person


@pytest.mark.parametrize(
    ("path", "french", "english"),
    [
        ("/legal/notice", "Mentions légales", "Legal notice"),
        ("/legal/privacy", "Vos données", "Your data"),
        ("/legal/terms", "Règles de participation", "Rules of participation"),
        ("/accessibility", "Déclaration d’accessibilité", "Accessibility statement"),
    ],
)
def test_each_text_is_in_both_languages(home: House, path: str, french: str, english: str) -> None:
    assert f"<h1>{french}</h1>" in home.somebody("fr").read(path)
    assert f"<h1>{english}</h1>" in home.somebody("en").read(path)


def test_there_is_no_other_legal_text(visitor: Person) -> None:
    assert visitor.get("/legal/secrets").status_code == 404


def test_what_the_publisher_did_not_fill_in_is_said_to_be_missing(visitor: Person) -> None:
    assert "non renseigné par l’éditeur" in visitor.read("/legal/notice")


def test_every_operator_is_named_with_its_address_where_data_are_spoken_of(visitor: Person) -> None:
    page = visitor.read("/legal/privacy")
    for operator in ("op1", "op2"):
        assert f"contact-{operator}@demo.example" in page


def test_the_api_of_every_service_is_listed_and_can_be_taken_away(visitor: Person) -> None:
    page = visitor.read("/docs")
    for path in (
        "/api/identity/v1/sign-in",
        "/api/consultation/v1/consultations/{slug}/votes",
        "/api/territories/{operator}/v1/defis",
        "/api/notifications/v1/inbox",
    ):
        assert f"<code>{path}</code>" in page
    document = json.loads(visitor.get("/docs/openapi.json").get_data())
    assert document["openapi"].startswith("3.")
    assert "/api/territories/{operator}/v1/defis" in document["paths"]
