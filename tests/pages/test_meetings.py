"""The meetings of a défi: announced, changed, cancelled, come to, reported; and who may not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.hours import typed
from tests.pages.defis import Defi, ask, published
from tests.pages.house import House, Person, words
from tests.pages.meetings import DAY, FORM, announced, begin, join_core, report


@pytest.fixture(scope="module")
def porteuse(home: House) -> Person:
    return home.citizen("Lucie")


@pytest.fixture(scope="module")
def ebv(home: House) -> Person:
    return home.citizen("Odile", grants=(("ebv", "territory:88"),))


@pytest.fixture(scope="module")
def cafe(porteuse: Person, ebv: Person) -> Defi:
    return published(porteuse, ebv, title="Rouvrir le café")


@pytest.fixture(scope="module")
def camille(home: House) -> Person:
    return home.citizen("Camille")


def test_a_defi_without_a_date_says_what_to_do(visitor: Person, cafe: Defi) -> None:
    assert "La prochaine rencontre sera annoncée ici" in visitor.read(f"{cafe.path}/meetings")
    assert "Une première rencontre suffit" in cafe.porteur.read(f"{cafe.path}/meetings")


def test_the_core_group_announces_a_meeting_and_anybody_reads_it(visitor: Person, cafe: Defi) -> None:
    page = visitor.read(announced(cafe, capacity="12"))
    for said in (
        FORM["title"],
        "de 19:00 à 21:30 (heure de Paris)",
        "Salle de la mairie",
        "Un tour de table.",
        "De plain-pied, de la rue à la salle",
        "Garde d’enfants sur place",
        "Entrée par la cour.",
        "Il reste 12 places sur 12",
        "Se connecter pour venir",
        "calendar.ics",
    ):
        assert said in page
    listed = visitor.read(f"{cafe.path}/meetings")
    assert FORM["title"] in listed
    assert "Annoncer une rencontre" not in listed
    assert FORM["title"] in visitor.read(cafe.path)


def test_the_calendar_that_the_page_links_to_is_there(visitor: Person, cafe: Defi) -> None:
    page = announced(cafe)
    _, _, operator, _, _, meeting = page.split("/")[-6:]
    assert operator == "op1"
    answer = visitor.get(f"/api/territories/op1/v1/defis/{cafe.id}/meetings/{meeting}/calendar.ics")
    assert answer.get_data(as_text=True).startswith("BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    ("typed_in", "field", "said"),
    [
        ({"title": ""}, "title", "Ce champ est obligatoire"),
        ({"day": "2020-01-01"}, "day", "annonce avant"),
        ({"day": ""}, "day", "Ce champ est obligatoire"),
        ({"starts": ""}, "starts", "Ce champ est obligatoire"),
        ({"ends": "18:00"}, "ends", "finir après"),
        ({"place": ""}, "place", "un lieu, une adresse en ligne"),
        ({"online_url": "http://visio.exemple.fr"}, "online_url", "https://"),
        ({"capacity": "beaucoup"}, "capacity", "nombre entier"),
        ({"capacity": "0"}, "capacity", "entre 1 et"),
    ],
)
def test_a_meeting_that_does_not_hold_together_is_refused_at_its_field(
    cafe: Defi, typed_in: dict[str, str], field: str, said: str
) -> None:
    answer = cafe.porteur.post(f"{cafe.path}/meetings/new", {**FORM, "agenda": "À ne pas perdre", **typed_in})
    page = words(answer)
    assert answer.status_code == 422
    assert "<title>Erreur : Annoncer une rencontre" in page.replace("\u00a0", " ")
    assert f'id="{field}-error"' in page
    assert said.lower() in page[page.index(f'id="{field}-error"') :].lower()
    assert "À ne pas perdre" in page
    assert 'value="childcare" checked' in page


def test_what_is_left_empty_is_said_at_each_field_and_above_the_form(cafe: Defi) -> None:
    page = words(
        cafe.porteur.post(f"{cafe.path}/meetings/new", {**FORM, "day": "", "starts": "", "ends": ""})
    )
    for field, label in (("day", "Jour"), ("starts", "Commence à"), ("ends", "Finit à")):
        assert f'id="{field}-error"' in page
        assert f'<a href="#{field}">{label} – Ce champ est obligatoire.</a>' in page
    unkind = words(cafe.porteur.post(f"{cafe.path}/meetings/new", {**FORM, "kind": ""}))
    assert 'href="#kind"' in unkind
    assert '<input id="kind" type="radio"' in unkind


def test_a_meeting_is_changed_and_the_form_shows_it_as_it_is(cafe: Defi) -> None:
    page = announced(cafe, capacity="12", last_day="")
    form = cafe.porteur.read(f"{page}/edit")
    assert f'value="{DAY}"' in form
    assert 'value="19:00"' in form
    assert 'value="12"' in form
    changed = {**FORM, "title": "Autre titre", "place": "L’ancien café", "capacity": "", "agenda": ""}
    assert cafe.porteur.post(f"{page}/edit", changed).status_code == 303
    shown = cafe.porteur.read(page)
    assert "Autre titre" in shown
    assert "L’ancien café" in shown
    assert "et de la place pour tous" in shown
    assert "Un tour de table" not in shown


def test_a_change_that_does_not_hold_together_is_refused(cafe: Defi) -> None:
    page = announced(cafe)
    answer = cafe.porteur.post(f"{page}/edit", {**FORM, "day": "", "title": "Gardé"})
    assert answer.status_code == 422
    assert "Une date et une heure sont attendues" in words(answer)
    assert 'value="Gardé"' in words(answer)


def test_a_meeting_under_way_may_change_its_place_and_keeps_its_hours(home: House, cafe: Defi) -> None:
    page = announced(cafe)
    begin(home, page)
    meeting = ask(cafe.porteur, "GET", f"/defis/{cafe.id}/meetings/{page.rsplit('/', 1)[1]}")
    (day, starts), (last_day, ends) = typed(meeting["starts_at"]), typed(meeting["ends_at"])
    hours = {"day": day, "starts": starts, "ends": ends, "last_day": last_day if last_day != day else ""}
    assert cafe.porteur.post(f"{page}/edit", {**FORM, **hours, "place": "Sous le préau"}).status_code == 303
    assert "Sous le préau" in cafe.porteur.read(page)


def test_a_meeting_is_cancelled_and_says_so(visitor: Person, cafe: Defi) -> None:
    page = announced(cafe)
    assert "Une rencontre annulée le reste" in cafe.porteur.read(f"{page}/cancel")
    assert cafe.porteur.post(f"{page}/cancel", {"reason": "La salle est prise."}).status_code == 303
    shown = visitor.read(page)
    assert "Cette rencontre est annulée" in shown
    assert "Se connecter pour venir" not in shown
    again = cafe.porteur.post(f"{page}/cancel", {"reason": ""})
    assert again.status_code == 422
    assert "annulée" in words(again)


def test_people_come_wait_and_move_up_by_themselves(home: House, cafe: Defi, camille: Person) -> None:
    page, other = announced(cafe, capacity="1"), home.citizen("Denis")
    assert "Je viens" in camille.read(page)
    assert camille.post(f"{page}/registration", {"name": "Camille"}).status_code == 303
    assert "Vous avez une place : à bientôt." in camille.read(page).replace("\u00a0", " ")
    assert "Rejoindre la liste d’attente" in other.read(page)
    assert other.post(f"{page}/registration", {"name": "Denis"}).status_code == 303
    waiting = other.read(page)
    assert "au rang 1 de la liste d’attente" in waiting
    assert "Plus de place, et 1 personne attend" in waiting
    assert camille.post(f"{page}/registration/leave").status_code == 303
    assert "Vous avez une place : à bientôt." in other.read(page).replace("\u00a0", " ")
    assert "Rejoindre la liste d’attente" in camille.read(page)


def test_the_core_group_reads_who_comes_and_nobody_else_does(
    home: House, visitor: Person, cafe: Defi, camille: Person
) -> None:
    page = announced(cafe, capacity="1")
    camille.post(f"{page}/registration", {"name": "Camille"})
    home.citizen("Anonyme").post(f"{page}/registration", {"name": ""})
    people = cafe.porteur.read(f"{page}/people")
    assert "Camille" in people
    assert "Quelqu’un qui n’a pas donné de nom" in people
    assert camille.get(f"{page}/people").status_code == 403
    assert visitor.get(f"{page}/people").status_code == 303


def test_the_online_address_is_for_those_who_come(visitor: Person, cafe: Defi, camille: Person) -> None:
    page = announced(cafe, online_url="https://visio.exemple.fr/cafe")
    assert "visio.exemple.fr" not in visitor.read(page)
    assert "l’adresse s’affiche ici pour qui a une place" in camille.read(page)
    camille.post(f"{page}/registration", {"name": ""})
    assert 'href="https://visio.exemple.fr/cafe"' in camille.read(page)


def test_a_report_is_published_and_corrected(home: House, visitor: Person, cafe: Defi) -> None:
    page = announced(cafe)
    begin(home, page)
    assert "Écrire le compte rendu" in cafe.porteur.read(page)
    answer = cafe.porteur.post(f"{page}/report", {"minutes": "On y va à vingt.", "attendance": "une foule"})
    assert answer.status_code == 422
    assert 'id="attendance-error"' in words(answer)
    assert "On y va à vingt." in words(answer)
    report(home, cafe, page, "On y va à vingt.\nTrois soirs par semaine.")
    assert "Trois soirs par semaine." in visitor.read(page)
    assert "12 personnes sont venues" in visitor.read(page)
    assert "On y va à vingt." in cafe.porteur.read(f"{page}/report")
    cafe.porteur.post(f"{page}/report", {"minutes": "Corrigé.", "attendance": "13"})
    assert "Corrigé." in visitor.read(page)
    assert "le compte rendu est publié" in visitor.read(f"{cafe.path}/meetings").replace("\u202f", " ")


def test_what_has_not_begun_is_not_reported(cafe: Defi) -> None:
    page = announced(cafe)
    assert "Écrire le compte rendu" not in cafe.porteur.read(page)
    answer = cafe.porteur.post(f"{page}/report", {"minutes": "Trop tôt.", "attendance": "1"})
    assert answer.status_code == 422
    assert "Trop tôt." in words(answer)


def test_markup_in_minutes_and_titles_stays_text(home: House, visitor: Person, cafe: Defi) -> None:
    page = announced(cafe, title="<b>gras</b>", place="<img src=x onerror=alert(1)>")
    report(home, cafe, page, "<script>alert(1)</script>")
    source = visitor.get(page).get_data(as_text=True)
    assert "<script>alert(1)" not in source
    assert "&lt;script&gt;alert(1)" in source
    assert "<b>gras" not in source
    assert "<img src=x" not in source


def test_a_stranger_neither_announces_nor_changes_nor_reports(
    home: House, visitor: Person, cafe: Defi, camille: Person, ebv: Person
) -> None:
    page = announced(cafe)
    begin(home, page)
    for path in (f"{cafe.path}/meetings/new", f"{page}/edit", f"{page}/cancel", f"{page}/report"):
        assert visitor.get(path).status_code == 303
        for person in (camille, ebv):
            assert person.get(path).status_code == 403
            assert person.post(path, {**FORM, "minutes": "Faux.", "attendance": "1"}).status_code == 403
    assert "noyau" in words(camille.get(f"{page}/report"))
    assert "Écrire le compte rendu" not in camille.read(page)
    assert "Écrire le compte rendu" not in ebv.read(page)


def test_one_of_the_core_group_announces_too(home: House, cafe: Defi) -> None:
    fatou = home.citizen("Fatou")
    join_core(cafe, fatou)
    assert fatou.post(f"{cafe.path}/meetings/new", FORM).status_code == 303


def test_a_meeting_of_a_defi_that_one_may_not_know_of_is_not_there(
    home: House, cafe: Defi, camille: Person
) -> None:
    page = announced(cafe)
    assert camille.get(page.replace(cafe.id, "0190a0a0-0000-7000-8000-000000000000")).status_code == 404
    assert camille.get(f"{cafe.path}/meetings/0190a0a0-0000-7000-8000-000000000000").status_code == 404


def test_meetings_are_read_in_english(home: House, cafe: Defi) -> None:
    reader = home.somebody("en")
    page = reader.read(announced(cafe, capacity="3"))
    assert "3 places left of 3" in page
    assert "When and where" in page
    assert "Announce a meeting" in Person.read(_english(home, cafe), f"{cafe.path}/meetings")


def _english(home: House, defi: Defi) -> Person:
    bilingual = home.citizen("Bernard", language="en")
    join_core(defi, bilingual)
    return bilingual


def test_the_list_puts_the_next_first_and_the_past_last(home: House, porteuse: Person, ebv: Person) -> None:
    defi = published(porteuse, ebv)
    later = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    announced(defi, title="Plus tard", day=later)
    announced(defi, title="Bientôt")
    past = announced(defi, title="Déjà fait")
    report(home, defi, past)
    page = porteuse.read(f"{defi.path}/meetings")
    assert (
        page.index("Bientôt")
        < page.index("Plus tard")
        < page.index("Ce qui a eu lieu")
        < page.index("Déjà fait")
    )
