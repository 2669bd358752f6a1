"""A territory over HTTP: what is shown of it, under which codes, and what caches may keep."""

from __future__ import annotations

import pytest

from tests.identity.territories import found, listed


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
