"""The coordinator's desk: each form's happy path, its refusals at the field, and who is not let in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from gateway.pages.causes import forms
from gateway.services import ServiceProblem
from tests.pages.house import House, Person, words
from tests.pages.programme import TEXTS, Programme, programme

TODAY = datetime.now(UTC).date()
SOON = (TODAY + timedelta(days=30)).isoformat()
CAUSE = {
    "slug": "grand-age",
    "title_fr": "Grand âge",
    "title_en": "Old age",
    "mandate_fr": "Vieillir chez soi.\nEn bonne compagnie.",
    "mandate_en": "",
    "opens_at_day": TODAY.isoformat(),
    "opens_at_hour": "08:00",
    "closes_at_day": (TODAY + timedelta(days=900)).isoformat(),
    "closes_at_hour": "20:00",
}
CONSULTATION = {
    "slug": "mobilites",
    "title_fr": "Mobilités",
    "question_fr": "Comment mieux se déplacer ?",
    "introduction_fr": "Une question.",
    "languages": ["fr", "en"],
    "opens_at_day": SOON,
    "opens_at_hour": "08:00",
    "closes_at_day": (TODAY + timedelta(days=90)).isoformat(),
    "closes_at_hour": "20:00",
    "can_propose": "yes",
    "proposal_prefix": "Il faut",
    "proposal_length_min": "12",
    "proposal_length_max": "140",
    "consent_text_fr": "J’accepte que mes votes soient comptés.",
    "governance_controllers": "Coalition des territoires\nFédération des Pimms",
    "governance_dpo": "dpo@maillage.example",
    "governance_impact_assessment": "AIPD 2026-04",
    "governance_minimum_age": "15",
    "governance_votes_kept_until": (TODAY + timedelta(days=900)).isoformat(),
    "governance_contacts_kept_until": (TODAY + timedelta(days=400)).isoformat(),
}
WORKSHOP = {
    "title_fr": "Se déplacer sans voiture à soi",
    "agenda_fr": "Constats.\nPistes.",
    "facilitator": "Union nationale des Pimms",
    "starts_at_day": SOON,
    "starts_at_hour": "18:30",
    "ends_at_day": SOON,
    "ends_at_hour": "21:00",
    "place": "Salle des fêtes, Mirecourt",
    "capacity": "12",
}
ACTION = {
    "title_fr": "Dix véhicules partagés",
    "description_fr": "Dix communes, dix véhicules.",
    "bodies_owner": "Fédération des mobilités rurales",
    "bodies_measurer": "Université de Lorraine",
}
INDICATOR = {
    "indicator_title_fr": "Communes où l’on partage un véhicule",
    "indicator_unit": "communes",
    "indicator_baseline": "0",
    "indicator_target": "10",
    "indicator_first_due_on": TODAY.isoformat(),
    "indicator_every_months": "6",
}


@pytest.fixture(scope="module")
def cause(home: House) -> Programme:
    return programme(home)


@pytest.fixture(scope="module")
def desk(home: House, cause: Programme) -> Person:
    """Who coordinates the cause, and no other."""
    return home.citizen("Camille", grants=cause.coordinator)


def went(answer: TestResponse) -> str:
    """Where a form that was taken leads."""
    assert answer.status_code == 303, words(answer)
    return answer.headers["Location"]


def refusal(answer: TestResponse) -> str:
    """The page of a form that was refused."""
    assert answer.status_code == 422
    page = words(answer)
    assert "<title>Erreur" in page
    return page


def said_at(page: str, field: str) -> str:
    """What is said to be wrong with a field, and that the field says so itself."""
    found = re.search(rf'id="{field}-error">.*?<span>(.*?)</span>', page)
    assert found is not None, f"nothing is said of {field}"
    assert re.search(rf'(?:aria-describedby="[^"]*{field}-error|href="#{field}")', page)
    return found[1]


def in_hand(cause: Programme, **bodies: Any) -> UUID:
    (action,) = cause.hold(cause.convene(), "Dix véhicules partagés")
    cause.adopt(action, **bodies)
    return action


def test_the_desk_lists_the_causes_one_coordinates(home: House, cause: Programme, desk: Person) -> None:
    programme(home, "another")
    page = desk.read("/coordination")
    assert f'href="/coordination/{cause.slug}"' in page
    assert "/coordination/another" not in page
    assert "Lancer une cause" not in page


def test_who_is_not_signed_in_is_asked_to(visitor: Person, cause: Programme) -> None:
    for path in ("/coordination", f"/coordination/{cause.slug}", "/actions/measuring"):
        assert visitor.get(path).headers["Location"].startswith("/sign-in?return_to=")


def test_who_coordinates_nothing_is_not_let_in_anywhere(home: House, cause: Programme) -> None:
    stranger, elsewhere = home.citizen(), programme(home, "elsewhere")
    other = home.citizen(grants=elsewhere.coordinator)
    workshop, action = cause.convene(), in_hand(cause)
    (draft,) = cause.hold(cause.convene(), "Un brouillon")
    indicator = cause.indicator(action, first_due_on=TODAY)
    of_the_cause = f"/coordination/{cause.slug}"
    for path in (
        of_the_cause,
        f"{of_the_cause}/consultations/new",
        f"{of_the_cause}/consultations/{cause.consultation}",
        f"{of_the_cause}/proposals/workshop",
        f"{of_the_cause}/workshops/new",
        f"{of_the_cause}/actions/new",
        f"/coordination/workshops/{workshop}",
        f"/coordination/actions/{action}",
        f"/coordination/actions/{draft}",
        f"/actions/{action}/indicators/{indicator}/measure",
    ):
        for person in (stranger, other):
            assert person.get(path).status_code == 403, path
    assert stranger.get("/coordination").status_code == 403
    assert other.get("/coordination/causes/new").status_code == 403


def test_what_a_stranger_sends_is_refused_too(home: House, cause: Programme) -> None:
    stranger, action = home.citizen(), in_hand(cause)
    workshop, indicator = cause.convene(), cause.indicator(action, first_due_on=TODAY)
    measure = {"measured_on": TODAY.isoformat(), "value": "1", "evidence": "Rien."}
    for path, typed in (
        ("/coordination/causes/new", CAUSE),
        (f"/coordination/{cause.slug}/consultations/new", CONSULTATION),
        (f"/coordination/{cause.slug}/consultations/{cause.consultation}/versions", {}),
        (f"/coordination/{cause.slug}/workshops/new", WORKSHOP | {"proposals": [str(cause.proposals[0])]}),
        (f"/coordination/workshops/{workshop}/capacity", {"capacity": "3"}),
        (f"/coordination/workshops/{workshop}/cancellation", {"sure": "yes"}),
        (f"/coordination/workshops/{workshop}/report", {"minutes": "Rien.", "attendance": "1"}),
        (f"/coordination/{cause.slug}/actions/new", ACTION),
        (f"/coordination/actions/{action}/status", {"status": "done"}),
        (f"/coordination/actions/{action}/milestones", {"milestone_title_fr": "A", "milestone_due_on": SOON}),
        (f"/coordination/actions/{action}/indicators", INDICATOR),
        (f"/actions/{action}/indicators/{indicator}/measure", measure),
    ):
        assert stranger.post(path, typed).status_code == 403, path


def test_an_administrator_starts_a_cause_and_its_fields_are_kept_where_refused(home: House) -> None:
    administrator = home.citizen(grants=(("administrator", "coalition"),))
    assert "Lancer une cause" in administrator.read("/coordination")
    page = refusal(
        administrator.post("/coordination/causes/new", CAUSE | {"title_fr": "", "slug": "Grand Âge"})
    )
    assert said_at(page, "title_fr")
    assert said_at(page, "slug")
    assert 'value="Grand Âge"' in page
    assert "Vieillir chez soi." in page
    assert went(administrator.post("/coordination/causes/new", CAUSE)) == "/coordination/grand-age"
    assert "Vieillir chez soi." in administrator.read("/causes/grand-age")
    again = refusal(administrator.post("/coordination/causes/new", CAUSE))
    assert "nom court" in said_at(again, "slug")


def test_dates_typed_in_paris_are_kept_as_such(home: House) -> None:
    administrator = home.citizen(grants=(("administrator", "coalition"),))
    winter = CAUSE | {"slug": "hiver", "opens_at_day": "2027-01-15", "opens_at_hour": "18:30"}
    went(administrator.post("/coordination/causes/new", winter))
    with home.databases["consultation"].transaction() as session:
        opens_at = session.execute(text("SELECT opens_at FROM cause WHERE slug = 'hiver'")).scalar_one()
    assert opens_at == datetime(2027, 1, 15, 17, 30, tzinfo=UTC)


def test_a_consultation_is_prepared_and_read_through_before_it_opens(cause: Programme, desk: Person) -> None:
    path = f"/coordination/{cause.slug}/consultations"
    assert 'value="Il faut"' in desk.read(f"{path}/new")
    assert went(desk.post(f"{path}/new", CONSULTATION)) == f"{path}/mobilites"
    page = desk.read(f"{path}/mobilites")
    for settled in (
        "Coalition des territoires, Fédération des Pimms",
        "dpo@maillage.example",
        "AIPD 2026-04",
    ):
        assert settled in page
    assert "J’accepte que mes votes soient comptés." in page
    assert "Publier une version" not in page


def test_no_consultation_without_who_answers_for_its_data(cause: Programme, desk: Person) -> None:
    typed = CONSULTATION | {
        "slug": "sans-responsable",
        "governance_dpo": "",
        "governance_controllers": "",
        "closes_at_day": TODAY.isoformat(),
    }
    path = f"/coordination/{cause.slug}/consultations/new"
    page = refusal(desk.post(path, typed))
    assert "après l’ouverture" in said_at(page, "closes_at_day")
    page = refusal(desk.post(path, typed | {"closes_at_day": CONSULTATION["closes_at_day"]}))
    assert said_at(page, "governance_dpo") == said_at(page, "governance_controllers")
    assert 'value="AIPD 2026-04"' in page
    assert 'name="languages" value="en" checked' in page


def test_a_consultation_of_another_cause_is_not_at_this_desk(
    home: House, cause: Programme, desk: Person
) -> None:
    other = programme(home, "third")
    assert desk.get(f"/coordination/{cause.slug}/consultations/{other.consultation}").status_code == 404


def test_proposals_are_chosen_by_rank_or_by_their_words_and_none_is_lost(
    cause: Programme, desk: Person
) -> None:
    path = f"/coordination/{cause.slug}/proposals/workshop"
    page = desk.read(path)
    assert [text for text in TEXTS if text not in page] == []
    first, second = (str(id) for id in cause.proposals[:2])
    page = desk.read(f"{path}?chosen={first}&text=gares+trains")
    assert "1 proposition choisie" in page
    assert f'value="{first}" checked' in page
    assert page.count(f'value="{first}"') == 1
    onward = went(desk.get(f"{path}?chosen={first}&chosen={second}&chosen=rien&go=1"))
    assert onward.startswith(f"/coordination/{cause.slug}/workshops/new?")
    form = desk.read(onward)
    assert TEXTS[0] in form
    assert TEXTS[1] in form
    assert TEXTS[2] not in form


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


def test_an_action_is_set_up_by_two_different_bodies(cause: Programme, desk: Person) -> None:
    path = f"/coordination/{cause.slug}/actions/new"
    page = refusal(desk.post(path, ACTION | {"bodies_measurer": "FEDERATION des mobilités rurales"}))
    assert "un autre organisme" in said_at(page, "bodies_measurer")
    assert said_at(refusal(desk.post(path, ACTION | {"bodies_owner": ""})), "bodies_owner")
    action = went(desk.post(path, ACTION | {"proposals": [str(cause.proposals[2])]}))
    public = desk.read(action.replace("/coordination", ""))
    assert TEXTS[2] in public
    assert "Mesurée par Université de Lorraine" in public


def test_a_draft_gets_its_bodies_and_moves_on(cause: Programme, desk: Person) -> None:
    (draft,) = cause.hold(cause.convene(), "Un brouillon")
    path = f"/coordination/actions/{draft}"
    same = {"bodies_owner": "Région", "bodies_measurer": "REGION"}
    assert said_at(refusal(desk.post(f"{path}/bodies", same)), "bodies_measurer")
    went(desk.post(f"{path}/bodies", same | {"bodies_measurer": "Université"}))
    went(desk.post(f"{path}/status", {"status": "under_way"}))
    went(desk.post(f"{path}/status", {"status": "done"}))
    assert "Menée à bien" in desk.read(f"/actions/{draft}")
    refusal(desk.post(f"{path}/status", {"status": "under_way"}))


def test_milestones_are_set_and_reached(cause: Programme, desk: Person) -> None:
    action = in_hand(cause)
    path = f"/coordination/actions/{action}"
    refused = refusal(desk.post(f"{path}/milestones", {"milestone_title_fr": "Dix communes"}))
    assert said_at(refused, "milestone_due_on")
    assert 'value="Dix communes"' in refused
    went(desk.post(f"{path}/milestones", {"milestone_title_fr": "Dix communes", "milestone_due_on": SOON}))
    found = re.search(rf'action="{path}/milestones/([0-9a-f-]+)"', desk.read(path))
    assert found is not None
    milestone = found[1]
    wrong = {f"{milestone}_reached_on": "hier"}
    assert said_at(refusal(desk.post(f"{path}/milestones/{milestone}", wrong)), f"{milestone}_reached_on")
    went(desk.post(f"{path}/milestones/{milestone}", {f"{milestone}_reached_on": TODAY.isoformat()}))
    assert "Atteint le" in desk.read(f"/actions/{action}")


def test_an_indicator_is_refused_at_its_fields_then_kept(cause: Programme, desk: Person) -> None:
    action = in_hand(cause)
    path = f"/coordination/actions/{action}"
    page = refusal(
        desk.post(
            f"{path}/indicators",
            INDICATOR
            | {"indicator_target": "beaucoup", "indicator_every_months": "30", "indicator_title_fr": ""},
        )
    )
    for field in ("indicator_target", "indicator_every_months", "indicator_title_fr"):
        assert said_at(page, field)
    went(desk.post(f"{path}/indicators", INDICATOR | {"indicator_target": "1 234,5"}))
    assert "cible : 1 234,5" in re.sub(r"\s", " ", desk.read(f"/actions/{action}"))


def test_only_the_account_named_measures_and_it_is_told_its_number(
    home: House, cause: Programme, desk: Person
) -> None:
    university = home.citizen("Université")
    found = re.search(r"<code>([0-9a-f-]{36})</code>", university.read("/actions/measuring"))
    assert found is not None
    action = in_hand(cause, measurer=UUID(found[1]))
    indicator = cause.indicator(action, first_due_on=TODAY)
    path = f"/actions/{action}/indicators/{indicator}/measure"
    assert path in university.read(f"/actions/{action}")
    assert path not in desk.read(f"/actions/{action}")
    assert desk.get(path).status_code == 403
    measure = {"measured_on": TODAY.isoformat(), "value": "4,5", "evidence": "Enquête."}
    went(university.post(path, measure))
    assert "saisie par l’organisme qui mesure" in desk.read(f"/actions/{action}")
    assert "corrige" in refusal(university.post(path, measure)).lower()


def test_a_measure_is_corrected_with_its_reason(cause: Programme, desk: Person) -> None:
    action = in_hand(cause)
    indicator = cause.indicator(action, first_due_on=TODAY)
    wrong = cause.measure(indicator, "41", TODAY)
    path = f"/actions/{action}/indicators/{indicator}/measure"
    form = desk.read(f"{path}?corrects={wrong}")
    assert "Elle remplace 41" in form
    assert f'value="{TODAY.isoformat()}"' in form
    typed = {"measured_on": TODAY.isoformat(), "value": "4", "evidence": "Relevé.", "corrects": str(wrong)}
    page = refusal(desk.post(path, typed))
    assert said_at(page, "reason")
    assert "Elle remplace 41" in page
    went(desk.post(path, typed | {"reason": "Un chiffre de trop."}))
    public = desk.read(f"/actions/{action}")
    assert "<del>41</del>" in public
    assert "Un chiffre de trop." in public


def test_a_version_of_results_is_published_under_embargo_then_corrected(
    home: House, cause: Programme, desk: Person
) -> None:
    versions = f"/coordination/{cause.slug}/consultations/{cause.consultation}/versions"
    public, visitor = f"/consultations/{cause.consultation}/results/versions", home.somebody()
    past = {"embargo_until_day": "2020-01-01", "embargo_until_hour": "08:00"}
    assert said_at(refusal(desk.post(versions, past)), "embargo_until_day")
    first = went(desk.post(versions, {}))
    assert first == f"{public}/1"
    assert "résultats provisoires" in visitor.read(first)
    assert said_at(refusal(desk.post(versions, {"corrects": "1"})), "note_fr")
    held = {
        "corrects": "1",
        "note_fr": "Un compte double.",
        "embargo_until_day": SOON,
        "embargo_until_hour": "08:00",
    }
    second = went(desk.post(versions, held))
    assert visitor.get(second).status_code == 404
    assert "Un compte double." in desk.read(second)
    assert "corrigée par la version" not in visitor.read(public)
    assert "corrigée par la version 2" in desk.read(public)


def test_a_corrected_version_leads_to_its_correction(home: House, visitor: Person) -> None:
    cause = programme(home, "corrections")
    desk = home.citizen(grants=cause.coordinator)
    versions = f"/coordination/{cause.slug}/consultations/{cause.consultation}/versions"
    first = went(desk.post(versions, {}))
    second = went(desk.post(versions, {"corrects": "1", "note_fr": "Un compte double."}))
    assert second in visitor.read(first)
    assert "Cette version a été corrigée." in visitor.read(first)
    assert "Avis de correction." in visitor.read(second)
    assert "Un compte double." in visitor.read(second)
    results = visitor.read(f"/consultations/{cause.consultation}/results")
    assert f"/consultations/{cause.consultation}/results/versions" in results
    assert visitor.get(f"/consultations/{cause.consultation}/results/versions/9").status_code == 404


def test_the_desk_is_in_english_too(home: House, cause: Programme) -> None:
    desk = home.citizen(language="en", grants=cause.coordinator)
    assert "Convene a workshop" in desk.read(f"/coordination/{cause.slug}")
    assert "Error:" in words(desk.post(f"/coordination/{cause.slug}/workshops/new", WORKSHOP))


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("title.fr.value", "title_fr"),
        ("title", "title_fr"),
        ("opens_at", "opens_at_day"),
        ("governance.controllers.0", "governance_controllers"),
        ("drafts.0.title.en.value", "drafts_0_title_en"),
        ("measurer", "bodies_measurer"),
        ("elsewhere.deep", "elsewhere_deep"),
    ],
)
def test_a_refusal_is_placed_where_it_can_be_mended(field: str, place: str) -> None:
    names = ("title_fr", "opens_at_day", "governance_controllers", "drafts_0_title_en", "bodies_measurer")
    values = dict.fromkeys(names, "")
    placed = forms.placed(ServiceProblem(422, "x", "", {field: "Non."}), values, "bodies_")
    assert placed.fields == {place: "Non."}


@pytest.mark.parametrize(
    ("typed", "sent"), [("12,5", "12.5"), ("1 234", "1234"), ("1\u202f234,5", "1234.5"), ("dix", "dix")]
)
def test_a_figure_is_read_however_it_was_spaced(typed: str, sent: str) -> None:
    assert forms.decimal(typed) == sent
