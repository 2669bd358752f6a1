"""How names of places compare."""

from __future__ import annotations

import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.territories.gazetteer import read_gazetteer
from services.identity.territories.names import (
    Reading,
    keys_of_name,
    mistyped,
    readings,
    search_key,
    sort_key,
)

LETTERS = "abcdefghijklmnopqrstuvwxyz"
names = st.text(alphabet="aàâbcçdeéèêëfghiîïjklmnoôœpqrstuùûüvwxyÿzAÉÈÎŒ'’- ", min_size=1, max_size=30)
keys = st.text(alphabet="abcde", min_size=2, max_size=12)


@pytest.mark.parametrize(
    "typed",
    [
        "L’Haÿ-les-Roses",
        "L'Haÿ-les-Roses",
        "l'hay les roses",
        "lhay les roses",
        "L HAY LES ROSES",
        "  l’haÿ‑les‑roses ",
        unicodedata.normalize("NFD", "L’Haÿ-les-Roses"),
    ],
)
def test_accents_hyphens_apostrophes_spaces_and_case_are_forgiven(typed):
    assert search_key(typed) == "lhaylesroses"


@pytest.mark.parametrize(
    ("typed", "official"),
    [
        ("st denis", "Saint-Denis"),
        ("Ste-Anastasie", "Sainte-Anastasie"),
        ("St. Girons", "Saint-Girons"),
        ("Chalon s/Saône", "Chalon-sur-Saône"),
        ("chalon s/ saone", "Chalon-sur-Saône"),
        ("oeuilly", "Œuilly"),
        ("ŒUILLY", "Œuilly"),
        ("Lyon 3ème arrondissement", "Lyon 3e Arrondissement"),
        ("paris 1 arrondissement", "Paris 1er Arrondissement"),
        ("Aix les Bains", "Aix-les-Bains"),
    ],
)
def test_what_people_write_is_the_same_as_the_official_name(typed, official):
    assert search_key(typed) == search_key(official)


def test_words_that_only_begin_like_saint_stay_what_they_are():
    assert search_key("Stains") == "stains"
    assert search_key("Steenvoorde") == "steenvoorde"


@given(names)
def test_a_key_has_only_letters_and_digits_and_writing_it_again_changes_nothing(name):
    key = search_key(name)
    assert key == "" or (key.isascii() and key.isalnum() and key == key.lower())
    # A key that is itself an abbreviation (« st ») is written out; nothing else changes.
    if key not in ("st", "ste", "sts", "stes"):
        assert search_key(key) == key


@given(st.text(max_size=40))
def test_any_text_at_all_can_be_compared(text):
    assert search_key(text) == search_key(text.upper().lower()) or not text.isascii()
    assert isinstance(sort_key(text), str)
    assert all(reading.keys or reading.postal or reading.commune for reading in readings(text))


@given(names)
def test_composed_and_decomposed_letters_are_the_same(name):
    assert search_key(unicodedata.normalize("NFD", name)) == search_key(name)
    assert sort_key(unicodedata.normalize("NFD", name)) == sort_key(name)


def test_a_name_is_found_by_each_word_that_means_something():
    assert dict(keys_of_name("Le Pré-Saint-Gervais")) == {
        "lepresaintgervais": True,
        "presaintgervais": True,
        "saintgervais": False,
        "gervais": False,
    }


def test_a_name_without_its_article_is_still_the_whole_name():
    assert dict(keys_of_name("Le Havre")) == {"lehavre": True, "havre": True}
    assert dict(keys_of_name("L’Haÿ-les-Roses")) == {
        "lhaylesroses": True,
        "haylesroses": True,
        "roses": False,
    }


def test_french_lists_pass_over_articles_and_put_accents_last():
    listed = [
        "Zuydcoote",
        "Le Havre",
        "Œuilly",
        "Odos",
        "Offoy",
        "Évry",
        "Evry",
        "Saint-Ay",
        "Sainte-Foy",
        "Les Abymes",
    ]
    assert sorted(listed, key=sort_key) == [
        *(
            "Les Abymes",
            "Evry",
            "Évry",
            "Le Havre",
            "Odos",
            "Œuilly",
            "Offoy",
            "Saint-Ay",
            "Sainte-Foy",
            "Zuydcoote",
        )
    ]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("75012", Reading(postal="75012")),
        ("75 012", Reading(postal="75012")),
        ("750", Reading(postal="750")),
        ("2a004", Reading(commune="2A004")),
        ("75012 Paris", Reading(keys=("paris",), postal="75012")),
        ("Paris 75012", Reading(keys=("paris",), postal="75012")),
        ("Saint-Denis (93)", Reading(keys=("saintdenis",), departement="93")),
        ("Ajaccio (2a)", Reading(keys=("ajaccio",), departement="2A")),
        ("Saint-Denis (974)", Reading(keys=("saintdenis",), departement="974")),
        ("lyon 3e", Reading(keys=("lyon3",))),
        ("st", Reading(keys=("st", "saint"))),
        ("st den", Reading(keys=("saintden",))),
        ("１２", Reading(postal="12")),
    ],
)
def test_what_was_typed_is_understood(typed, meant):
    assert readings(typed)[0] == meant


def test_five_digits_may_also_be_an_insee_code():
    assert readings("09268") == [Reading(postal="09268"), Reading(commune="09268")]


def test_a_number_after_a_name_may_be_its_departement():
    assert readings("Saint-Denis 93") == [
        Reading(keys=("saintdenis93",)),
        Reading(keys=("saintdenis",), departement="93"),
    ]


@pytest.mark.parametrize("typed", ["", "!!", "—", "()", "東京", "\u0301", "'"])
def test_what_has_no_letter_or_digit_means_nothing(typed):
    assert readings(typed) == []


def one_edit(key: str, kind: str, at: int, letter: str) -> str:
    """`key` with one edit at `at`, made without `mistyped`."""
    letters = list(key)
    if kind == "added":
        letters.insert(at, letter)
    elif kind == "left out":
        del letters[at]
    elif kind == "changed":
        letters[at] = letter
    else:
        letters[at - 1 : at + 1] = reversed(letters[at - 1 : at + 1])
    return "".join(letters)


@given(
    keys,
    st.sampled_from(["added", "left out", "changed", "swapped"]),
    st.integers(0, 11),
    st.sampled_from(LETTERS),
)
def test_what_was_meant_is_among_what_may_have_been(meant, kind, at, letter):
    typed = one_edit(meant, kind, min(at, len(meant) - 1), letter)
    assert any(meant.startswith(beginning) for beginning in mistyped(typed)) or typed in ("", meant)


@given(keys)
def test_what_may_have_been_meant_is_never_more_than_one_letter_longer_or_shorter(typed):
    assert {len(each) - len(typed) for each in mistyped(typed)} <= {-1, 0, 1}
    assert typed not in mistyped(typed)


def test_every_commune_that_is_shipped_has_keys_and_its_own_key_is_whole():
    gazetteer = read_gazetteer()
    shuffled = Random(3).sample(gazetteer.communes, len(gazetteer.communes))
    for commune in shuffled:
        found = dict(keys_of_name(commune.name))
        assert found[search_key(commune.name)] is True
        assert len(sort_key(commune.name).partition("\t")[0]) > 0
