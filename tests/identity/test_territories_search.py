"""Communes are found as people type them, mistyped or not, and nothing that can be typed breaks the search."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.territories.names import search_key
from tests.identity.small_france import COMMUNES
from tests.identity.territories import found, search


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("saint lizier", ["09268"]),
        ("ST-LIZIER", ["09268"]),
        ("lizier", ["09268"]),
        ("saintlizier", ["09268"]),
        ("l hay les roses", ["94038"]),
        ("roses", ["94038"]),
        ("havre", ["76351"]),
        ("Le Havre", ["76351"]),
        ("oeuilly", ["94067"]),
        ("epinay", ["93031"]),
        ("bell", ["01034", "01033", "01035"]),
        ("belley", ["01034", "01035"]),
        ("saint denis", ["97411", "93066"]),
        ("Saint-Denis (93)", ["93066"]),
        ("saint denis 93", ["93066"]),
        ("Saint-Denis (974)", ["97411"]),
        ("st", ["97411", "93066", "09261", "09268", "93072"]),
        ("stains", ["93072"]),
        ("bellegarde", ["01033"]),
        ("lyon 3e", ["69123"]),
        ("Paris 12ème", ["75056"]),
        ("75012", ["75056"]),
        ("750", ["75056"]),
        ("75012 paris", ["75056"]),
        ("09200", ["09261", "09150"]),
        ("09200 lacourt", ["09150"]),
        ("09268", ["09268"]),
        ("2a004", ["2A004"]),
        ("20 090", ["2A004"]),
        ("saint lisier", ["09268"]),
        ("villeurbane", ["69266"]),
        ("blelley", ["01034", "01035"]),
        ("bellegrade sur val", ["01033"]),
        ("sain tdenis", ["97411", "93066"]),
        ("epimay", ["93031"]),
        ("lyonn", ["69123"]),
        ("lyno", []),
        ("zzzzzzz", []),
        ("…", []),
    ],
)
def test_communes_are_found_as_people_type_them(france, typed, codes):
    found_codes = found(france, typed)
    if typed in ("bell", "st"):  # names first, the more populous first; then parts
        assert sorted(found_codes) == sorted(codes)
    else:
        assert found_codes == codes


def test_an_exact_name_comes_first_then_beginnings_then_middles_then_the_populous(france):
    assert found(france, "belley")[0] == "01034"
    assert found(france, "saint")[:2] == ["97411", "93066"]
    assert found(france, "denis") == ["97411", "93066"]


def test_a_part_that_was_meant_is_named(france):
    assert search(france, "bellegarde")[0]["matched"] == "Bellegarde-sur-Valserine"
    assert search(france, "valserhone")[0]["matched"] is None


def test_what_is_found_can_be_told_apart(france):
    first = search(france, "saint denis")[0]
    assert first == {
        "code": "97411",
        "name": "Saint-Denis",
        "departement": {"code": "974", "name": "La Réunion"},
        "postal_codes": ["97400", "97490"],
        "population": 155_000,
        "kind": "metropole",
        "matched": None,
    }


def test_no_more_is_found_than_was_asked_for(france):
    assert len(found(france, "s", limit=2)) == 2


@settings(max_examples=40)
@given(
    typed=st.one_of(
        st.text(min_size=1, max_size=100), st.text(alphabet="'%_\\\";-- ()0123456789aé", min_size=1)
    )
)
def test_nothing_that_can_be_typed_breaks_the_search(france, typed):
    answer = france.call("GET", "/v1/territories/search", query_string={"q": typed[:100]})
    assert answer.status_code in (200, 422)


@settings(max_examples=60)
@given(st.sampled_from(COMMUNES), st.data())
def test_every_commune_is_found_with_one_letter_mistyped(france, commune, data):
    name = commune[1]
    place = data.draw(st.integers(1, len(name) - 2))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    mistyped = name[:place] + letter + name[place + name[place].isalpha() :]
    if len(search_key(mistyped)) >= 7:  # shorter ones may become the name of another
        assert commune[0] in found(france, mistyped, limit=20)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "   "}, "q"),
        ({"q": "x" * 101}, "q"),
        ({"q": "a\x00b"}, "q"),
        ({"q": "paris", "limit": 0}, "limit"),
        ({"q": "paris", "limit": 21}, "limit"),
        ({"q": "paris", "limit": "dix"}, "limit"),
    ],
)
def test_a_bad_search_names_the_field(france, query, field):
    answer = france.call("GET", "/v1/territories/search", query_string=query)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json["errors"]] == [field]
