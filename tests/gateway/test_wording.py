"""French first and complete, with its typography; English complete; figures and dates as each writes them."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import gateway
from gateway import hours

ROOT = Path(gateway.__file__).parent
KEYWORDS = dict.fromkeys(("_", "N_", "gettext", "lazy_gettext")) | {"ngettext": (1, 2)}

PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.fixture(scope="module")
def french() -> Catalog:
    """The catalogues of all families of pages as one; a sentence stands in one of them only."""
    every = Catalog(locale="fr")
    for path in sorted((ROOT / "translations/fr/LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="fr"):
                assert not message.id or message.id not in every, f"{path.name} has again: {message.id}"
                every[message.id] = message
    return every


@pytest.fixture(scope="module")
def sentences() -> set[str | tuple[str, str]]:
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    options = {"templates/**.html": {"silent": "false"}}
    return {found[2] for found in extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)}


def strings(french: Catalog) -> list[str]:
    every = (message.string for message in french if message.id)
    return [one for found in every for one in (found if isinstance(found, tuple) else (found,))]


def text(response) -> str:
    return html.unescape(response.get_data(as_text=True))


def test_every_sentence_is_translated_and_the_catalogue_holds_no_other(french, sentences):
    assert len(sentences) > 200
    assert {message.id for message in french if message.id} == sentences
    assert all(strings(french))
    assert not [message for message in french if message.id and message.fuzzy]


def test_translations_fill_the_same_places(french):
    for message in french:
        if not message.id:
            continue
        pairs = [(message.id, message.string)]
        if isinstance(message.id, tuple):
            pairs = list(zip(message.id, message.string, strict=True))
        for asked, answered in pairs:
            assert sorted(PLACE.findall(asked)) == sorted(PLACE.findall(answered))


def test_french_apostrophes_are_curved(french):
    assert [one for one in strings(french) if "'" in one or '"' in one] == []


def test_french_punctuation_never_begins_a_line(french):
    wrong = re.compile(r"[^\u00a0\u202f][:;!?»](?!\S)|«[^\u00a0\u202f]|[^\u00a0\u202f]%(?!\()")
    assert [one for one in strings(french) if wrong.search(one)] == []


def test_french_is_spoken_to_who_asks_for_nothing_known(app):
    page = app.test_client().get("/", headers={"Accept-Language": "de"})
    assert '<html lang="fr">' in text(page)
    assert "Votre avis, et ce qu’il devient" in text(page)


def test_the_browsers_language_is_followed_and_the_choice_on_the_site_wins(english):
    assert "Your opinion, and what becomes of it" in text(english.get("/"))
    english.post("/language", {"language": "fr", "return_to": "/"})
    assert "Votre avis, et ce qu’il devient" in text(english.get("/"))


def test_an_unknown_language_is_refused(browser):
    assert browser.post("/language", {"language": "tlh"}).status_code == 400


def test_the_choice_of_an_account_is_told_to_identity(browser, backend):
    browser.sign_in()
    browser.post("/language", {"language": "en"})
    assert any(asked["method"] == "PATCH" and asked["body"] == {"language": "en"} for asked in backend.seen)


def test_services_are_asked_in_the_readers_language_and_under_the_readers_trace(english, backend):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    english.get("/", headers={"traceparent": trace})
    assert backend.seen[-1]["language"] == "en"
    assert "0af7651916cd43dd8448eb211c80319c" in backend.seen[-1]["traceparent"]


def test_a_text_in_another_language_than_the_page_says_so(english):
    page = text(english.get("/"))
    assert "How can life be made better where you live?" in page
    assert '<span lang="fr">Une question posée à tout le pays' in page


def test_figures_and_dates_are_written_as_each_language_does(browser, english):
    assert "48\u202f210" in text(browser.get("/"))
    assert "jusqu’au 27 décembre 2026" in text(browser.get("/"))
    assert "48,210" in text(english.get("/"))
    assert "until December 27, 2026" in text(english.get("/"))


def test_results_say_who_answered_and_what_that_does_not_say(browser):
    page = re.sub(r"\s", " ", text(browser.get("/consultations/territoires/results")))
    assert (
        "3 000 personnes se sont exprimées (400 comptes, 2 600 navigateurs) ; ce n’est pas un échantillon"
        in page
    )
    assert "Résultats provisoires" in page


def test_an_imported_consultation_carries_its_attribution_and_no_word_on_browsers(browser, backend):
    backend.consultation["provenance"] = {"attribution": "Data was gathered using the Polis software"}
    backend.participants = {"total": 204, "accounts": 0, "visitors": 0, "sheets": 0, "imports": 204}
    page = re.sub(r"\s", " ", text(browser.get("/consultations/territoires/results")))
    assert "Data was gathered using the Polis software" in page
    assert "(204 importées)" in page
    assert "navigateurs" not in page


def test_results_say_in_words_what_their_bars_draw(browser):
    page = re.sub(r"\s", " ", text(browser.get("/consultations/territoires/results")))
    for words in ("Ce qui rassemble", "Ce qui divise", "Ce qui est rejeté", "Controverse", "80 %"):
        assert words in page


def test_all_proposals_are_paged_in_each_order(browser):
    page = text(browser.get("/consultations/territoires/results/proposals?order=controversy"))
    assert "cursor=plus-loin" in page
    assert browser.get("/consultations/territoires/results/proposals?order=text").status_code == 404


@pytest.mark.parametrize(
    ("language", "form", "words"),
    [
        ("fr", "long", "1er novembre 2026"),
        ("fr", "full", "dimanche 1er novembre 2026"),
        ("en", "long", "November 1, 2026"),
    ],
)
def test_french_has_a_first_of_the_month(app, language, form, words):
    late_in_october = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # and the first of November in Paris
    with app.test_request_context("/", headers={"Accept-Language": language}):
        assert hours.written(late_in_october, form) == words
        eleventh = hours.written(datetime(2026, 11, 11, 12, tzinfo=UTC), form)
        assert "1er" not in eleventh
