"""Organisations and operators: anyone lists them, administrators add them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.identity.territories.commands import load_gazetteer
from tests.identity.conftest import Identity, add_operators
from tests.identity.small_france import small_france

NOBODY = "5c6f1d1e-6a53-4c8e-8f57-3a4f0c7f9b11"


def organisation(identity: Identity, token: str | None, **fields: object):
    return identity.call(
        "POST", "/v1/organisations", {"name": "Les Liens", "kind": "association"} | fields, token
    )


def operator(identity: Identity, token: str | None, **fields: object):
    body = {"code": "op3", "name": "Val", "contact": "contact@val.example.org", "territory": "Le Val"}
    return identity.call("POST", "/v1/operators", body | fields, token)


@pytest.fixture(scope="module")
def its_organisation(unchanged: Identity) -> str:
    return add_operators(unchanged)


def test_an_organisation_that_was_added_is_listed_for_anyone(identity):
    added = organisation(identity, identity.administrator(), url="https://liens.example.org/")
    assert added.status_code == 201
    assert added.json.keys() == {"id", "name", "kind", "url"}
    assert identity.call("GET", "/v1/organisations").json["items"] == [added.json]


def test_organisations_are_listed_as_french_sorts_names_page_by_page(identity):
    administrator = identity.administrator()
    names = ["École du Val", "œuvre commune", "Zeste", "abeilles", "Étape", "Oasis", "ça bouge", "Dire"]
    for name in names:
        assert organisation(identity, administrator, name=name).status_code == 201
    seen, cursor = [], ""
    while True:
        page = identity.call("GET", f"/v1/organisations?limit=3{cursor}").json
        seen += [item["name"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [
        "abeilles",
        "ça bouge",
        "Dire",
        "École du Val",
        "Étape",
        "Oasis",
        "œuvre commune",
        "Zeste",
    ]


def test_a_name_taken_in_other_capitals_or_accents_is_refused(identity):
    administrator = identity.administrator()
    organisation(identity, administrator, name="École du Val")
    answer = organisation(identity, administrator, name="ECOLE DU VAL")
    assert (answer.status_code, answer.json["code"]) == (409, "organisation.exists")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "…"}, "name"),
        ({"name": "a" * 121}, "name"),
        ({"name": "A\u0000"}, "name"),
        ({"kind": "party"}, "kind"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "liens.example.org"}, "url"),
        ({"url": "ftp://liens.example.org"}, "url"),
        ({"url": "https://liens.example.org/\n"}, "url"),
        ({"url": "https://"}, "url"),
        ({"verified": True}, "verified"),
    ],
)
def test_an_organisation_that_makes_no_sense_is_refused_by_name(unchanged, fields, field):
    if fields.get("url", "").endswith("\n"):
        fields = {"url": "https://liens.example.org/\n/x"}
    answer = organisation(unchanged, unchanged.administrator(), **fields)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_an_operator_is_listed_for_anyone_and_found_by_its_code(identity, two_operators):
    listed = identity.call("GET", "/v1/operators").json["items"]
    assert [item["code"] for item in listed] == ["op1", "op2"]
    assert identity.call("GET", "/v1/operators/op1").json == listed[0]
    assert listed[0]["organisation"]["id"] == two_operators
    assert listed[0]["contact"] == "contact@op1.example.org"


@pytest.mark.parametrize("code", ["op9", "o", "coalition"])
def test_an_unknown_operator_is_not_found(unchanged, code):
    answer = unchanged.call("GET", f"/v1/operators/{code}")
    assert (answer.status_code, answer.json["code"]) == (404, "operator.unknown")


@pytest.mark.parametrize("code", ["OP1", "op%201", "op_1", "%00", "op1%0A"])
def test_what_is_no_code_is_no_address(unchanged, code):
    assert unchanged.call("GET", f"/v1/operators/{code}").status_code == 404


def test_an_operator_starts_and_leaves(identity, two_operators):
    administrator = identity.administrator()
    added = operator(identity, administrator, organisation=two_operators)
    assert (added.status_code, added.json["status"]) == (201, "preparing")
    for status in ("active", "left"):
        answer = identity.call("PATCH", "/v1/operators/op3", {"status": status}, administrator)
        assert answer.json["status"] == status
    assert identity.call("GET", "/v1/operators/op3").json["status"] == "left"


def test_a_code_is_never_used_twice(identity, two_operators):
    answer = operator(identity, identity.administrator(), organisation=two_operators, code="op1")
    assert (answer.status_code, answer.json["code"]) == (409, "operator.exists")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"code": "OP3"}, "code"),
        ({"code": "o"}, "code"),
        ({"code": "3op"}, "code"),
        ({"code": "op-3"}, "code"),
        ({"code": "a" * 17}, "code"),
        ({"code": "coalition"}, "code"),
        ({"organisation": NOBODY}, "organisation"),
        ({"organisation": "x"}, "organisation"),
        ({"contact": "contact"}, "contact"),
        ({"territory": ""}, "territory"),
        ({"status": "gone"}, "status"),
        ({"owner": "op1"}, "owner"),
    ],
)
def test_an_operator_that_makes_no_sense_is_refused_by_name(unchanged, its_organisation, fields, field):
    answer = operator(unchanged, unchanged.administrator(), **{"organisation": its_organisation} | fields)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.fixture
def france(identity: Identity, two_operators: str, tmp_path: Path) -> Identity:
    """The service with the small France and two operators, which serve nothing yet."""
    with identity.database.transaction() as session:
        load_gazetteer(session, small_france(tmp_path), datetime.now(UTC))
    return identity


def serve(identity: Identity, code: str, *territories: str):
    body = {"territories": territories}
    return identity.call("PATCH", f"/v1/operators/{code}", body, identity.administrator())


def serving(identity: Identity, commune: str) -> list[str]:
    answer = identity.call("GET", f"/v1/operators?serves={commune}")
    assert answer.status_code == 200, answer.json
    return [item["code"] for item in answer.json["items"]]


def test_anyone_learns_which_operator_serves_a_commune_if_any(france):
    assert serving(france, "93066") == []
    assert serve(france, "op1", "93", "01033").json["territories"] == ["01033", "93"]
    assert serving(france, "93066") == serving(france, "01033") == ["op1"]
    assert serving(france, "01034") == serving(france, "2A004") == []
    assert france.call("GET", "/v1/operators/op1").json["territories"] == ["01033", "93"]


def test_an_old_code_or_that_of_a_part_means_the_commune_of_today(france):
    serve(france, "op1", "75", "01033", "2A")
    assert [serving(france, code) for code in ("75112", "01018", "2a004")] == [["op1"]] * 3


@pytest.mark.parametrize("commune", ["00000", "75999", "75", "x"])
def test_nobody_serves_what_is_no_commune(france, commune):
    serve(france, "op1", "75")
    assert serving(france, commune) == []


def test_an_operator_of_a_commune_serves_it_within_anothers_departement(france):
    serve(france, "op1", "93")
    assert serve(france, "op2", "93031").status_code == 200
    assert serving(france, "93066") == ["op1"]
    assert serving(france, "93031") == ["op2"]


def test_a_territory_belongs_to_one_operator_at_a_time(france):
    serve(france, "op1", "93")
    answer = serve(france, "op2", "75", "93")
    assert (answer.status_code, answer.json["code"]) == (409, "operator.territory_taken")
    assert answer.json["detail"].endswith(": 93.")
    assert serving(france, "75056") == [], "refused whole"
    serve(france, "op1", "75")
    assert serve(france, "op2", "93").status_code == 200
    assert serving(france, "93066") == ["op2"]


def test_an_operator_that_leaves_gives_up_what_it_served(france):
    serve(france, "op1", "93")
    administrator = france.administrator()
    france.call("PATCH", "/v1/operators/op1", {"status": "left"}, administrator)
    assert france.call("GET", "/v1/operators/op1").json["territories"] == []
    assert serve(france, "op1", "93").json["code"] == "operator.left"
    assert serve(france, "op2", "93").status_code == 200


def test_an_operator_that_prepares_serves_nobody_yet(france, two_operators):
    administrator = france.administrator()
    added = operator(france, administrator, organisation=two_operators, territories=["93"])
    assert (added.status_code, added.json["territories"]) == (201, ["93"])
    assert serving(france, "93066") == []
    france.call("PATCH", "/v1/operators/op3", {"status": "active"}, administrator)
    assert serving(france, "93066") == ["op3"]


@pytest.mark.parametrize("territories", [["95"], ["93001"], ["93", "1"], ["Paris"], "93", [93], ["93"] * 501])
def test_a_territory_that_makes_no_sense_is_refused_by_name(france, territories):
    body = {"territories": territories}
    answer = france.call("PATCH", "/v1/operators/op1", body, france.administrator())
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"].startswith("territories")


@pytest.mark.parametrize("roles", [[], [("coordinator", "coalition")]])
def test_nobody_but_an_administrator_writes_the_directory(identity, two_operators, roles):
    token, _ = identity.member("ana@exemple.fr", *roles)
    refused = [
        organisation(identity, token),
        operator(identity, token, organisation=two_operators),
        identity.call("PATCH", "/v1/operators/op1", {"status": "left"}, token),
        identity.call("PATCH", "/v1/operators/op1", {"territories": ["93"]}, token),
    ]
    assert [answer.json["code"] for answer in refused] == ["access.role"] * 4
    assert organisation(identity, None).status_code == 401


def cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize("listing", ["organisations", "operators", "grants"])
@pytest.mark.parametrize(
    "foreign",
    ["x", "%F0%9F%92%A5", "a" * 400, cursor("elsewhere", "a"), cursor(7), cursor()]
    + [cursor(name, part) for name in ("organisations", "operators", "grants") for part in ("a\0", "\ud800")]
    + [cursor(name) for name in ("organisations", "operators", "grants")],
)
def test_a_cursor_from_elsewhere_is_refused(unchanged, listing, foreign):
    answer = unchanged.call("GET", f"/v1/{listing}?cursor={foreign}", token=unchanged.administrator())
    assert (answer.status_code, answer.json["code"]) == (400, "cursor.foreign")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", ""])
def test_a_limit_out_of_bounds_is_refused_by_name(unchanged, limit):
    answer = unchanged.call("GET", f"/v1/operators?limit={limit}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["limit"]
