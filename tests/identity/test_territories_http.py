"""Territories over HTTP: searching, listing, showing; what caches may keep; what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.identity.territories.commands import load_gazetteer
from services.identity.territories.names import search_key
from tests.identity.conftest import Identity
from tests.identity.small_france import COMMUNES, small_france


@pytest.fixture
def france(identity: Identity, tmp_path: Path) -> Identity:
    """The service, with the small France."""
    with identity.database.transaction() as session:
        load_gazetteer(session, small_france(tmp_path / "2026"), datetime.now(UTC))
    return identity


def search(france: Identity, typed: str, **more: Any) -> list[dict[str, Any]]:
    answer = france.call("GET", "/v1/territories/search", query_string={"q": typed, **more})
    assert answer.status_code == 200, answer.json
    return list(answer.json["items"])


def found(france: Identity, typed: str, **more: Any) -> list[str]:
    return [each["code"] for each in search(france, typed, **more)]


def listed(france: Identity, **query: Any) -> dict[str, Any]:
    answer = france.call("GET", "/v1/territories", query_string=query)
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


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


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    typed=st.one_of(
        st.text(min_size=1, max_size=100), st.text(alphabet="'%_\\\";-- ()0123456789aé", min_size=1)
    )
)
def test_nothing_that_can_be_typed_breaks_the_search(france, typed):
    answer = france.call("GET", "/v1/territories/search", query_string={"q": typed[:100]})
    assert answer.status_code in (200, 422)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
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


def test_a_commune_says_all_that_it_lies_in(france):
    assert france.call("GET", "/v1/territories/01033").json == {
        "code": "01033",
        "name": "Valserhône",
        "epci": {"code": "240100891", "name": "CC Terre Valserhône", "nature": "CC"},
        "departement": {"code": "01", "name": "Ain"},
        "region": {"code": "84", "name": "Auvergne-Rhône-Alpes"},
        "postal_codes": ["01200"],
        "population": 16302,
        "kind": "petite_ville",
        "kind_source": "rule",
        "vintage": 2026,
        "former": False,
        "other_names": [
            {"name": "Arlod", "status": "delegated"},
            {"name": "Bellegarde-sur-Valserine", "status": "delegated"},
        ],
    }


def test_a_commune_of_which_nothing_is_known_has_no_kind(france):
    commune = france.call("GET", "/v1/territories/98901").json
    assert (commune["kind"], commune["population"], commune["epci"]) == (None, None, None)


@pytest.mark.parametrize(
    ("asked", "code"), [("01126", "01033"), ("01018", "01033"), ("69383", "69123"), ("2a004", "2A004")]
)
def test_the_code_of_a_part_or_of_the_past_leads_to_the_commune_of_today(france, asked, code):
    assert france.call("GET", f"/v1/territories/{asked}").json["code"] == code


@pytest.mark.parametrize("code", ["00000", "zzzzz", "99999", "é1234", "%2500"])
def test_an_unknown_code_is_not_found(france, code):
    answer = france.call("GET", f"/v1/territories/{code}", language="fr")
    assert answer.status_code == 404


def test_an_unknown_code_is_refused_in_french(france):
    answer = france.call("GET", "/v1/territories/00000", language="fr")
    assert (answer.json["code"], answer.json["detail"]) == (
        "territory.unknown",
        "Aucune commune ne porte ce code.",
    )


def test_before_anything_is_loaded_nothing_is_found(identity):
    assert found(identity, "paris") == []
    assert listed(identity, level="region") == {"items": [], "next": None}
    assert identity.call("GET", "/v1/territories/75056").status_code == 404


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


def test_caches_may_keep_answers_and_need_not_be_sent_them_again(france):
    answer = france.call("GET", "/v1/territories/75056")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    again = france.app.test_client().get(
        "/api/identity/v1/territories/75056", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_an_answer_that_changed_has_another_etag(france):
    before = france.call("GET", "/v1/territories/75056").headers["ETag"]
    france.execute("UPDATE commune SET population = 1 WHERE code = '75056'")
    assert france.call("GET", "/v1/territories/75056").headers["ETag"] != before


def test_refusals_are_nothing_for_a_cache(france):
    assert france.call("GET", "/v1/territories/00000").headers["Cache-Control"] == "no-store"
    assert france.call("GET", "/v1/territories/search").headers["Cache-Control"] == "no-store"
