"""The coordinator's desk: workshops convened, resized, called off and reported."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from tests.pages.desk import (
    WORKSHOP,
    refusal,
    said_at,
    went,
)
from tests.pages.house import House, Person, words
from tests.pages.programme import TEXTS, Programme


def test_a_workshop_is_convened_on_the_proposals_chosen(cause: Programme, desk: Person) -> None:
    path, origin = f"/coordination/{cause.slug}/workshops/new", str(cause.proposals[1])
    page = refusal(desk.post(path, WORKSHOP | {"starts_at_day": "2020-01-01", "proposals": [origin]}))
    assert said_at(page, "starts_at_day")
    assert f'value="{origin}" checked' in page
    assert said_at(refusal(desk.post(path, WORKSHOP)), "proposals")
    workshop = went(desk.post(path, WORKSHOP | {"proposals": [origin]}))
    assert TEXTS[1] in desk.read(workshop)
    assert "12 places libres" in desk.read(workshop)


def test_a_larger_room_lets_in_who_waits_and_a_smaller_one_is_refused(
    home: House, cause: Programme, desk: Person
) -> None:
    workshop = cause.convene(capacity=1)
    first, second = home.citizen(), home.citizen()
    for person in (first, second):
        person.post(f"/workshops/{workshop}/place")
    path = f"/coordination/workshops/{workshop}"
    went(desk.post(f"{path}/capacity", {"capacity": "2"}))
    assert "Vous avez une place." in second.read(f"/workshops/{workshop}")
    page = refusal(desk.post(f"{path}/capacity", {"capacity": "1"}))
    assert "2" in page.partition('role="alert"')[2]
    assert said_at(refusal(desk.post(f"{path}/capacity", {"capacity": "beaucoup"})), "capacity")


def test_a_workshop_is_called_off_only_when_it_was_confirmed(
    home: House, cause: Programme, desk: Person
) -> None:
    workshop, guest = cause.convene(), home.citizen()
    guest.post(f"/workshops/{workshop}/place")
    path = f"/coordination/workshops/{workshop}"
    went(desk.post(f"{path}/cancellation", {}))
    assert "Vous avez une place." in guest.read(f"/workshops/{workshop}")
    went(desk.post(f"{path}/cancellation", {"sure": "yes"}))
    assert "n’aura pas lieu" in guest.read(f"/workshops/{workshop}")
    home.settle()
    assert f"/workshops/{workshop}" in guest.read("/notices")


def test_a_report_brings_drafts_that_come_from_proposals(home: House, cause: Programme, desk: Person) -> None:
    workshop, origin = cause.convene(), str(cause.proposals[0])
    path = f"/coordination/workshops/{workshop}"
    said = {
        "minutes": "Trente voix.",
        "attendance": "30",
        "drafts": "2",
        "drafts_0_title_fr": "",
        "drafts_1_title_fr": "Dix véhicules",
        "drafts_1_description_fr": "Un an d’essai.",
    }
    early = refusal(desk.post(f"{path}/report", said | {"drafts_1_proposals": [origin]}))
    assert "n’a pas commencé" in early
    begin(home, workshop)
    assert said_at(refusal(desk.post(f"{path}/report", said)), "drafts_0_proposals")
    more = desk.post(f"{path}/report", said | {"more": "1"})
    assert more.status_code == 200
    assert "Projet d’action 2" in words(more)
    assert 'value="Dix véhicules"' in words(more)
    went(desk.post(f"{path}/report", said | {"drafts_1_proposals": [origin]}))
    assert "Dix véhicules" in desk.read(f"/workshops/{workshop}")
    assert "Il en a été rendu compte" in desk.read(path)


def begin(home: House, workshop: UUID) -> None:
    moved = "UPDATE workshop SET starts_at = now() - interval '1 hour' WHERE id = :id"
    with home.databases["consultation"].transaction() as session:
        session.execute(text(moved), {"id": workshop})
