"""One's own account, and finding somebody's."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text


def test_somebody_changes_their_name_and_language(identity):
    token, _ = identity.member("ana@exemple.fr")
    answer = identity.call(
        "PATCH", "/v1/me", {"display_name": "  Ana D’Arc-Durand ", "language": "en"}, token
    )
    assert answer.status_code == 200
    assert (answer.json["display_name"], answer.json["language"]) == ("Ana D’Arc-Durand", "en")
    assert identity.call("GET", "/v1/me", token=token).json == answer.json


def test_what_is_left_out_stays_and_a_name_can_be_taken_away(identity):
    token, _ = identity.member("ana@exemple.fr")
    identity.call("PATCH", "/v1/me", {"display_name": "Ana", "language": "en"}, token)
    assert identity.call("PATCH", "/v1/me", {}, token).json["display_name"] == "Ana"
    answer = identity.call("PATCH", "/v1/me", {"display_name": None}, token)
    assert (answer.json["display_name"], answer.json["language"]) == (None, "en")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"display_name": ""}, "display_name"),
        ({"display_name": "   "}, "display_name"),
        ({"display_name": "a" * 81}, "display_name"),
        ({"display_name": "Ana\u0000"}, "display_name"),
        ({"display_name": "Ana\nDurand"}, "display_name"),
        ({"display_name": "Ana\u202egnp.exe"}, "display_name"),
        ({"display_name": "\ud800"}, "display_name"),
        ({"display_name": ["Ana"]}, "display_name"),
        ({"language": "de"}, "language"),
        ({"language": None}, "language"),
        ({"email": "other@exemple.fr"}, "email"),
        ({"id": "5c6f1d1e-6a53-4c8e-8f57-3a4f0c7f9b11"}, "id"),
        ({"roles": [{"role": "administrator", "scope": "coalition"}]}, "roles"),
    ],
)
def test_a_change_that_cannot_be_is_refused_by_name_and_changes_nothing(unchanged, change, field):
    token, _ = unchanged.member("ana@exemple.fr")
    before = unchanged.call("GET", "/v1/me", token=token).json
    answer = unchanged.call(
        "PATCH", "/v1/me", change | {"display_name": change.get("display_name", "Ana")}, token
    )
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert unchanged.call("GET", "/v1/me", token=token).json == before


def test_how_to_write_to_somebody_is_told_when_it_is_known_and_when_it_changes(identity):
    token, person = identity.member("Ana@exemple.fr")
    known = {"person_id": person, "email": "Ana@exemple.fr", "language": "fr"}
    assert identity.events("contact_confirmed") == [known]
    identity.call("PATCH", "/v1/me", {"display_name": "Ana", "language": "fr"}, token)
    assert identity.events("contact_confirmed") == [known]
    identity.call("PATCH", "/v1/me", {"language": "en"}, token)
    assert identity.events("contact_confirmed") == [known, known | {"language": "en"}]


def test_a_person_is_never_shown_by_the_id_of_the_database(identity):
    token, person = identity.member("ana@exemple.fr")
    with identity.database.transaction() as session:
        internal = str(session.execute(text("SELECT id FROM person")).scalar_one())
    assert identity.call("GET", "/v1/me", token=token).json["id"] == person != internal


def test_an_administrator_finds_somebody_by_address_however_it_is_written(identity):
    administrator = identity.administrator()
    _, person = identity.member("Ana@exemple.fr")
    answer = identity.call("GET", "/v1/people?email=ANA@EXEMPLE.FR", token=administrator)
    assert answer.status_code == 200
    assert [found["id"] for found in answer.json["items"]] == [person]
    assert answer.json["next"] is None


def test_an_address_without_an_account_finds_nobody(unchanged):
    answer = unchanged.call("GET", "/v1/people?email=nobody@exemple.fr", token=unchanged.administrator())
    assert (answer.status_code, answer.json) == (200, {"items": [], "next": None})


@pytest.mark.parametrize("query", ["", "?email=", "?email=ana", "?email=%00@exemple.fr"])
def test_a_search_that_names_no_address_is_refused(unchanged, query):
    assert unchanged.call("GET", f"/v1/people{query}", token=unchanged.administrator()).status_code == 422


@pytest.mark.parametrize("role", [("coordinator", "coalition"), ("moderator", "coalition")])
def test_nobody_but_an_administrator_looks_for_people(unchanged, role):
    token, _ = unchanged.member("ana@exemple.fr", role)
    answer = unchanged.call("GET", "/v1/people?email=ana@exemple.fr", token=token)
    assert (answer.status_code, answer.json["code"]) == (403, "access.role")


def test_accounts_from_before_anybody_listened_are_told_of_once(identity, two_operators):
    _token, known_as = identity.member("ana@exemple.fr")
    session = identity.sign_in("ana@exemple.fr")["session"]
    identity.redeem(grant_type="session", session=session, audience="op1")
    identity.member("bo@exemple.fr")
    paired = identity.events("subject_paired")
    identity.execute("DELETE FROM outbox")
    identity.execute("UPDATE person SET contact_told = false WHERE email = 'ana@exemple.fr'")
    for _ in range(2):
        identity.run_job("tell-untold-contacts", datetime.now(UTC))
    (told,) = identity.events("contact_confirmed")
    assert told == {"person_id": known_as, "email": "ana@exemple.fr", "language": "fr"}
    assert identity.events("subject_paired") == paired
    assert [each["owner"] for each in paired] == ["op1"]
