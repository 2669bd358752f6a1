"""Launching a défi by the pages: where, joining instead, what it says, who carries it, sending it; and one's défis."""

from __future__ import annotations

import re

import pytest

from gateway.pages.defis.fields import own_themes, own_title
from gateway.pages.defis.launch import origin_named
from tests.pages.defis import Defi, ask, begun, id_in, published
from tests.pages.house import House, Person, words
from tests.pages.territory import asked, load_france, lost

ROUVRES = "88400"
PARIS = "75056"


@pytest.fixture(scope="module", autouse=True)
def france(home: House) -> None:
    load_france(home)


@pytest.fixture
def porteuse(home: House) -> Person:
    """Somebody else for each test: one person begins ten défis a day at most."""
    return home.citizen("Lucie")


@pytest.fixture(scope="module")
def ebv(home: House) -> Person:
    return home.citizen("Odile", grants=(("ebv", "territory:88"),))


@pytest.fixture(scope="module")
def cafe(home: House, ebv: Person) -> Defi:
    return published(home.citizen("Colette"), ebv, title="Rouvrir le café")


WRITTEN = {
    "problem": "Le dernier car passe à midi.",
    "beneficiaries": "Les lycéens et les anciens.",
    "first_date": "2030-05-01",
    "title": "Un car le soir",
    "kind": "rural",
    "themes": ["mobilite"],
}
STARTING = {"name": "Lucie", "entry_stage": "informaction"}


def draft_of(person: Person, **fields: str) -> str:
    """The path of a draft begun by the pages."""
    answer = person.post("/defis/launch", {"commune": ROUVRES, **fields})
    assert answer.status_code == 303, words(answer)
    assert answer.headers["Location"].endswith("/edit")
    return str(answer.headers["Location"].removesuffix("/edit"))


def test_a_commune_is_found_by_its_name_or_its_postal_code(visitor: Person) -> None:
    assert "/defis/launch?commune=88400" in visitor.read("/defis/launch?q=rouvres+en+xaintois")
    assert "Épinal" in visitor.read("/defis/launch?q=88000")
    assert "Aucune commune n’a ce nom" in visitor.read("/defis/launch?q=Xyzzyville")


def test_where_it_comes_from_goes_along(visitor: Person, cafe: Defi) -> None:
    page = visitor.read(f"/defis/launch?q=rouvres-en-xaintois&defi=op1:{cafe.id}")
    assert "Rouvrir le café" in page
    assert f"commune=88400&defi=op1:{cafe.id}" in page.replace("%3A", ":")


def test_a_commune_that_nobody_serves_can_be_followed(visitor: Person, porteuse: Person) -> None:
    page = visitor.read(f"/defis/launch?commune={PARIS}")
    assert "Personne n’accompagne encore de défi ici" in page
    assert f'value="commune:{PARIS}"' in page
    answer = porteuse.post("/defis/launch", {"commune": PARIS})
    assert answer.headers["Location"] == f"/defis/launch?commune={PARIS}"


def test_a_commune_that_is_none_is_not_found(visitor: Person) -> None:
    assert visitor.get("/defis/launch?commune=00000").status_code == 404


def test_one_is_shown_what_is_there_and_may_join_it_instead(visitor: Person, cafe: Defi) -> None:
    page = visitor.read(f"/defis/launch?commune={ROUVRES}")
    assert "Rouvrir le café" in page
    assert f'href="{cafe.path}/join"' in page
    assert "Se connecter pour continuer" in page


def test_drafts_of_others_are_not_among_the_neighbours(visitor: Person, porteuse: Person) -> None:
    begun(porteuse, title="Un secret bien gardé")
    assert "Un secret bien gardé" not in visitor.read(f"/defis/launch?commune={ROUVRES}")


def test_beginning_asks_to_sign_in_and_comes_back_there(visitor: Person) -> None:
    sent = {"Referer": f"http://localhost/defis/launch?commune={ROUVRES}"}
    answer = visitor.post("/defis/launch", {"commune": ROUVRES}, headers=sent)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?return_to=/defis/launch")


def test_a_defi_is_launched_from_the_commune_to_the_operator(home: House, ebv: Person) -> None:
    porteur = home.citizen("Lucie")
    path = draft_of(porteur, theme="mobilite")
    page = porteur.read(f"{path}/edit")
    assert re.search(r'value="mobilite" checked', page)
    assert re.search(r'<option value="rural" selected>', page)
    assert porteur.post(f"{path}/edit", WRITTEN).headers["Location"] == f"{path}/edit/start"
    assert 'value="Lucie"' in porteur.read(f"{path}/edit/start")
    assert porteur.post(f"{path}/edit/start", STARTING).headers["Location"] == f"{path}/review"
    review = porteur.read(f"{path}/review")
    for said in ("Le dernier car passe à midi.", "Un car le soir", "1er mai 2030", "Rouvres-en-Xaintois"):
        assert said in review
    assert porteur.post(f"{path}/review").headers["Location"] == path
    assert "En attente de réponse" in porteur.read(path)
    assert ebv.post(f"{path}/decision", {"decision": "publish"}).status_code == 303
    assert "Un car le soir" in home.somebody().read(path)


def test_what_is_missing_is_said_before_it_is_sent_and_leads_to_its_field(porteuse: Person) -> None:
    path = draft_of(porteuse)
    answer = porteuse.post(f"{path}/review")
    assert answer.status_code == 422
    page = words(answer)
    assert "<title>Erreur : " in page
    assert f'href="{path}/edit#problem"' in page
    assert f'href="{path}/edit#first_date"' in page


def test_an_initiative_that_exists_says_how_it_shows_it(porteuse: Person) -> None:
    path = draft_of(porteuse)
    porteuse.post(f"{path}/edit", WRITTEN)
    porteuse.post(f"{path}/edit/start", {**STARTING, "entry_stage": "creaction"})
    answer = porteuse.post(f"{path}/review")
    assert answer.status_code == 422
    assert f'href="{path}/edit/start#entry_evidence"' in words(answer)
    shown = {**STARTING, "entry_stage": "creaction", "entry_evidence": "Six essais depuis mars."}
    porteuse.post(f"{path}/edit/start", shown)
    assert porteuse.post(f"{path}/review").status_code == 303
    assert "Six essais depuis mars." in porteuse.read(path)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "a" * 121}, "title"),
        ({"first_date": "demain"}, "first_date"),
        ({"kind": "lunaire"}, "kind"),
        ({"themes": ["sante", "sport", "culture", "habitat", "energie", "nature"]}, "themes"),
        ({"own_theme": f"vélo, {'a' * 41}"}, "own_theme"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field_and_nothing_is_lost(
    porteuse: Person, wrong: dict[str, str], field: str
) -> None:
    path = begun(porteuse).path
    answer = porteuse.post(f"{path}/edit", {**WRITTEN, **wrong})
    assert answer.status_code == 422
    page = words(answer)
    assert "<title>Erreur : " in page
    assert f'id="{field}-error"' in page
    assert "Le dernier car passe à midi." in page


def test_a_porteur_says_how_they_are_called(porteuse: Person) -> None:
    path = draft_of(porteuse)
    answer = porteuse.post(f"{path}/edit/start", {"name": "", "entry_stage": "informaction"})
    assert answer.status_code == 422
    assert 'id="name-error"' in words(answer)


def test_a_draft_is_kept_for_later_and_deleted(porteuse: Person) -> None:
    path = draft_of(porteuse)
    kept = porteuse.post(f"{path}/edit", {**WRITTEN, "title": "À finir", "later": "1"})
    assert kept.headers["Location"] == path
    assert "À finir" in porteuse.read("/account/defis")
    assert porteuse.post(f"{path}/delete").headers["Location"] == "/account/defis"
    assert porteuse.get(path).status_code == 404


def test_a_published_defi_is_not_deleted_and_changes_in_its_words_only(
    visitor: Person, porteuse: Person, ebv: Person
) -> None:
    defi = published(porteuse, ebv, title="Avant")
    assert porteuse.post(f"{defi.path}/delete").status_code == 409
    page = porteuse.read(f"{defi.path}/edit")
    assert 'name="first_date"' not in page
    changed = {"title": "Après", "problem": "Autrement dit.", "themes": ["sport"], "own_theme": "fêtes d’été"}
    assert porteuse.post(f"{defi.path}/edit", changed).headers["Location"] == defi.path
    page = visitor.read(defi.path)
    for said in ("Après", "Autrement dit.", "Sport", "Fêtes d’été"):
        assert said in page
    refused = porteuse.post(f"{defi.path}/edit", {**changed, "problem": ""})
    assert refused.status_code == 422
    assert 'id="problem-error"' in words(refused)


def test_a_stranger_neither_reads_nor_changes_a_draft(home: House, porteuse: Person, cafe: Defi) -> None:
    draft, stranger = begun(porteuse), home.citizen()
    for page in ("edit", "edit/start", "review"):
        assert stranger.get(f"{draft.path}/{page}").status_code == 404
        assert stranger.post(f"{draft.path}/{page}", {**WRITTEN, **STARTING}).status_code == 404
    assert stranger.post(f"{draft.path}/delete").status_code == 404
    assert stranger.post(f"{cafe.path}/edit", WRITTEN).status_code == 403
    assert stranger.get(f"{cafe.path}/edit").headers["Location"] == cafe.path


def test_a_defi_that_takes_up_another_begins_with_its_words(
    visitor: Person, porteuse: Person, ebv: Person
) -> None:
    first = published(porteuse, ebv, title="La boîte à outils", problem="Une perceuse pour deux cents.")
    ask(porteuse, "POST", f"/defis/{first.id}/state", {"action": "complete"})
    path = draft_of(porteuse, defi=f"op1:{first.id}")
    page = porteuse.read(f"{path}/edit")
    assert "Une perceuse pour deux cents." in page
    assert 'value="La boîte à outils"' in page
    assert ask(porteuse, "GET", f"/defis/{id_in(path)}")["origin"]["id"] == first.id


def test_a_defi_that_still_runs_is_not_taken_up(porteuse: Person, cafe: Defi) -> None:
    answer = porteuse.post("/defis/launch", {"commune": ROUVRES, "defi": f"op1:{cafe.id}"})
    assert answer.status_code == 422
    assert "<title>Erreur : " in words(answer)


def test_ones_defis_are_listed_with_ones_part_in_them(home: House, cafe: Defi) -> None:
    assert "Rouvrir le café" in cafe.porteur.read("/account/defis")
    other = home.citizen()
    assert "Vous ne participez encore à aucun défi" in other.read("/account/defis")
    other.post(f"{cafe.path}/join", {"name": "Dylan"})
    page = other.read("/account/defis")
    assert "Rouvrir le café" in page
    assert "Vous avez demandé à le rejoindre" in page


def test_an_operator_that_does_not_answer_is_said_and_the_others_listed(home: House, cafe: Defi) -> None:
    with lost(home, "op2"):
        page = cafe.porteur.read("/account/defis")
    assert "L’Atelier des défis rennais (démonstration) ne répond pas pour l’instant" in page
    assert "Rouvrir le café" in page


def test_each_operator_is_asked_once(porteuse: Person) -> None:
    porteuse.read("/account/defis")
    with asked() as seen:
        porteuse.read("/account/defis")
    assert sum(path.endswith("/me/defis") for path in seen) == 2
    assert len(seen) <= 5


def test_seeing_what_is_near_costs_a_handful_of_calls(visitor: Person, cafe: Defi) -> None:
    with asked() as seen:
        visitor.read(f"/defis/launch?commune={ROUVRES}&theme=sante&defi=op1:{cafe.id}")
    assert len(seen) <= 5


def test_the_form_exists_in_english(home: House) -> None:
    person = home.citizen("Ada", language="en")
    path = draft_of(person)
    assert "What the défi says" in person.read(f"{path}/edit")
    assert "You, and where it stands" in person.read(f"{path}/edit/start")
    assert "Read it over, then send it" in person.read(f"{path}/review")


def test_themes_in_ones_own_words_are_parted_by_commas_and_stay_as_they_were_written() -> None:
    assert own_themes("Fêtes  d’été, vélo ,, ") == ["Fêtes d’été", "vélo"]
    assert own_themes(" , ") == []


def test_a_title_that_the_operator_made_of_the_problem_is_none() -> None:
    problem = "Le dernier car passe à midi.\nEnsuite, rien."
    assert own_title({"title": "Le dernier car passe …", "problem": problem}) is None
    assert own_title({"title": "Le dernier car passe à midi. Ensuite, rien.", "problem": problem}) is None
    assert own_title({"title": "Un car le soir", "problem": problem}) == "Un car le soir"
    assert own_title({"title": "", "problem": None}) is None


def test_what_a_defi_comes_from_is_read_from_the_address() -> None:
    identifier = "01890000-0000-7000-8000-000000000000"
    assert origin_named({"proposal": identifier}) == ("proposal", "coalition", identifier)
    assert origin_named({"defi": f"op2:{identifier}"}) == ("defi", "op2", identifier)
    assert origin_named({"action": "rien"}) is None
    assert origin_named({}) is None
