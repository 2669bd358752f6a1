"""Lists of territories over HTTP: in French order, narrowed to what lies within, counted, and in pages."""

from __future__ import annotations

import pytest

from tests.identity.small_france import COMMUNES
from tests.identity.territories import listed


def test_lists_are_in_french_order(france):
    names = [each["name"] for each in listed(france, level="departement")["items"]]
    assert names == [
        *("Ain", "Ariège", "Corse-du-Sud", "Île de Clipperton", "Paris", "La Réunion", "Rhône"),
        *("Seine-Maritime", "Seine-Saint-Denis", "Val-de-Marne"),
    ]


def test_lists_are_narrowed_to_what_lies_within(france):
    assert [each["code"] for each in listed(france, level="departement", region="11")["items"]] == [
        *("75", "93", "94")
    ]
    assert [each["code"] for each in listed(france, level="epci", departement="93")["items"]] == ["200054781"]
    assert [each["code"] for each in listed(france, level="epci", region="28")["items"]] == ["200084952"]
    assert [each["name"] for each in listed(france, level="commune", departement="01")["items"]] == [
        *("Belley", "Belleydoux", "Valserhône")
    ]
    assert len(listed(france, level="commune", epci="200054781")["items"]) == 6
    assert listed(france, level="commune", departement="94", epci="200046977")["items"] == []


def test_communes_are_listed_by_their_codes(france):
    asked = listed(france, level="commune", code=["94038", "2A004", "99999"])["items"]
    assert [each["name"] for each in asked] == ["Ajaccio", "L’Haÿ-les-Roses"]
    assert listed(france, level="commune", code=["2A004"], departement="94")["items"] == []


def test_the_kinds_count_each_commune_once(france):
    answer = france.call("GET", "/v1/territories/by-kind")
    assert answer.status_code == 200
    counted = {one["kind"]: one for one in answer.json["items"]}
    assert list(counted) == ["rural", "pavillonnaire", "petite_ville", "metropole", None]
    assert sum(one["communes"] for one in counted.values()) == len(COMMUNES)
    assert sum(one["population"] for one in counted.values()) == sum(one[2] or 0 for one in COMMUNES)
    assert (counted[None]["communes"], answer.json["kind_source"]) == (1, "rule")


def test_a_list_comes_in_pages_that_hold_each_territory_once(france):
    seen, cursor = [], None
    while True:
        query = {"level": "commune", "epci": "200054781", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = listed(france, **query)
        seen += [each["name"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["Épinay-sur-Seine", "L’Haÿ-les-Roses", "Œuilly-en-Brie", "Paris", "Saint-Denis", "Stains"]


def test_a_cursor_of_another_list_is_refused(france):
    cursor = listed(france, level="commune", departement="01", limit=1)["next"]
    answer = france.call(
        "GET",
        "/v1/territories",
        query_string={"level": "commune", "departement": "93", "cursor": cursor},
    )
    assert (answer.status_code, answer.json["code"]) == (400, "cursor.foreign")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "level"),
        ({"level": "canton"}, "level"),
        ({"level": "commune"}, "departement"),
        ({"level": "commune", "region": "84"}, "region"),
        ({"level": "region", "departement": "01"}, "departement"),
        ({"level": "departement", "epci": "200054781"}, "epci"),
        ({"level": "epci", "departement": "0123456789"}, "departement"),
        ({"level": "region", "limit": 101}, "limit"),
    ],
)
def test_a_bad_list_names_the_field(france, query, field):
    answer = france.call("GET", "/v1/territories", query_string=query)
    assert answer.status_code == 422
    assert field in [each["field"] for each in answer.json["errors"]]
