"""Who is given a role reads of it on the site, and moderators read there that proposals wait."""

from __future__ import annotations

import pytest

from tests.pages.house import House, Person, words
from tests.pages.programme import Programme


@pytest.fixture(scope="module")
def mona(home: House, cause: Programme) -> Person:
    """Somebody who moderates the cause, and no other."""
    return home.citizen("Mona", grants=(("moderator", f"cause:{cause.cause}"),))


def propose(home: House, person: Person, cause: Programme, text: str) -> None:
    """Propose on the site, the similar ones having been shown."""
    answer = person.post(
        f"/consultations/{cause.slug}/propose", {"text": text, "seen_similar": "1"}, follow_redirects=True
    )
    assert answer.status_code == 200, words(answer)
    home.settle()


def test_a_role_is_read_of_with_the_way_to_where_it_is_exercised(home: House, mona: Person) -> None:
    home.settle()
    page = mona.read("/notices")
    for told in (
        "Un rôle vous est confié",
        "La modération vous est confiée : vous décidez des propositions qui attendent.",
        "Il vaut pour une cause.",
        '<a href="/moderation">',
    ):
        assert told in page
    assert mona.get("/moderation").status_code == 200


def test_a_moderator_finds_the_desk_through_the_notice_that_proposals_wait(
    home: House, cause: Programme, mona: Person
) -> None:
    for text in ("Il faut ouvrir un four à pain.", "Il faut planter cent arbres."):
        propose(home, home.citizen(), cause, text)
    page = mona.read("/notices")
    assert page.count("Des propositions sont arrivées dans une consultation que vous modérez") == 1
    assert f'<a href="/moderation/{cause.slug}">' in page
    assert "Il faut planter cent arbres" not in page
    assert mona.get(f"/moderation/{cause.slug}").status_code == 200


def test_what_comes_of_roles_is_chosen_like_the_rest(mona: Person) -> None:
    page = mona.read("/account/notifications")
    assert "<legend>Mes rôles</legend>" in page
    for label in ("Un rôle vous est confié", "Un rôle prend fin", "Des propositions attendent"):
        assert f">{label}</label>" in page
    mona.post("/account/notifications", {"moderation.waiting": "at_once"})
    select = mona.read("/account/notifications").split('name="moderation.waiting"')[1].split("</select>")[0]
    assert '<option value="at_once" selected>' in select


def test_what_one_moderates_is_among_what_is_held(home: House, mona: Person) -> None:
    home.settle()
    assert "<dt>Ce que vous modérez, ou modériez il y a peu</dt><dd>1</dd>" in mona.read("/account/data")
