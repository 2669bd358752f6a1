"""The coordinator's desk: who is let in, causes, consultations, proposals chosen, results published."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from tests.pages.desk import (
    ACTION,
    CAUSE,
    CONSULTATION,
    INDICATOR,
    SOON,
    TODAY,
    WORKSHOP,
    in_hand,
    refusal,
    said_at,
    went,
)
from tests.pages.house import House, Person, words
from tests.pages.programme import TEXTS, Programme, programme


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
