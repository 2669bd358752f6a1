"""Giving roles and taking them back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest

from libs.chassis.testing.waiting import PATIENCE_S
from libs.chassis.tokens import Grant
from services.identity.people.queries import caller
from services.identity.roles.commands import revoke_role
from services.identity.roles.rules import COALITION, may_grant
from tests.identity.conftest import Identity, claims

CAUSE = "cause:0190a0c8-5a5e-7c3b-9f00-000000000001"
OTHER_CAUSE = "cause:0190a0c8-5a5e-7c3b-9f00-000000000002"
NOBODY = "5c6f1d1e-6a53-4c8e-8f57-3a4f0c7f9b11"


def grant(identity: Identity, token: str, person: str, role: str, scope: str):
    return identity.call("POST", "/v1/grants", {"person": person, "role": role, "scope": scope}, token)


def test_a_role_is_given_with_who_gave_it_and_by_when_it_works(identity):
    administrator = identity.administrator()
    _, person = identity.member("ana@exemple.fr")
    answer = grant(identity, administrator, person, "moderator", CAUSE)
    assert answer.status_code == 201
    given = answer.json
    assert (given["person"], given["role"], given["scope"]) == (person, "moderator", CAUSE)
    assert given["granted_by"] == claims(administrator)["sub"]
    granted_at, effective_by = (
        datetime.fromisoformat(given[field]) for field in ("granted_at", "effective_by")
    )
    assert effective_by - granted_at == timedelta(minutes=10)


def test_a_role_is_in_the_next_token_and_in_the_account_at_once(identity):
    token, person = identity.member("ana@exemple.fr")
    session = identity.sign_in("ana@exemple.fr")["session"]
    grant(identity, identity.administrator(), person, "moderator", CAUSE)
    renewed = identity.redeem(grant_type="session", session=session).json
    assert claims(renewed["access_token"])["grants"] == [["moderator", CAUSE]]
    assert identity.call("GET", "/v1/me", token=token).json["roles"] == [
        {"role": "moderator", "scope": CAUSE}
    ]


def test_giving_and_taking_back_are_told_in_that_order(identity):
    administrator = identity.administrator()
    _, person = identity.member("ana@exemple.fr")
    given = grant(identity, administrator, person, "moderator", CAUSE).json
    assert identity.call("DELETE", f"/v1/grants/{given['id']}", token=administrator).status_code == 204
    fact = {"person_id": person, "role": "moderator", "scope": CAUSE}
    assert identity.events("role_granted")[-1] == fact
    assert identity.events("role_revoked") == [fact]


def test_a_role_taken_back_is_not_in_the_next_token(identity):
    administrator = identity.administrator()
    _, person = identity.member("ana@exemple.fr", ("moderator", CAUSE))
    session = identity.sign_in("ana@exemple.fr")["session"]
    (held,) = identity.call("GET", f"/v1/grants?person={person}", token=administrator).json["items"]
    identity.call("DELETE", f"/v1/grants/{held['id']}", token=administrator)
    renewed = identity.redeem(grant_type="session", session=session).json
    assert claims(renewed["access_token"])["grants"] == []


def test_a_role_held_already_is_refused_and_told_once(identity):
    administrator = identity.administrator()
    _, person = identity.member("ana@exemple.fr")
    assert grant(identity, administrator, person, "moderator", CAUSE).status_code == 201
    told = len(identity.events("role_granted"))
    again = grant(identity, administrator, person, "moderator", CAUSE)
    assert (again.status_code, again.json["code"]) == (409, "grant.exists")
    assert len(identity.events("role_granted")) == told


def test_the_same_role_given_twice_at_once_is_held_once(processes):
    identity = processes[0]
    administrator, (_, person) = identity.administrator(), identity.member("ana@exemple.fr")
    barrier = Barrier(4)

    def give(number: int) -> int:
        barrier.wait()
        return grant(processes[number % 2], administrator, person, "moderator", CAUSE).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(give, range(4))) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    ("role", "scope", "code"),
    [
        ("moderator", "cause:territoires", "grant.scope"),
        ("moderator", "galaxy:1", "grant.scope"),
        ("administrator", CAUSE, "grant.scope"),
        ("porteur", "coalition", "grant.scope"),
        ("operator_staff", "operator:nobody", "grant.scope"),
        ("moderator", "", "request.invalid"),
        ("moderator", "coalition\u0000", "request.invalid"),
        ("moderator", "c" * 61, "request.invalid"),
    ],
)
def test_a_role_that_makes_no_sense_there_is_refused_by_name(unchanged, role, scope, code):
    administrator = unchanged.administrator()
    _, person = unchanged.member("ana@exemple.fr")
    answer = grant(unchanged, administrator, person, role, scope)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert [error["field"] for error in answer.json["errors"]] == ["scope"]


@pytest.mark.parametrize("role", ["king", "Administrator", "", None, 7])
def test_an_unknown_role_is_refused_by_name(unchanged, role):
    answer = grant(unchanged, unchanged.administrator(), NOBODY, role, "coalition")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["role"]


def test_an_operators_role_needs_the_operator(identity, two_operators):
    _, person = identity.member("ana@exemple.fr")
    assert (
        grant(identity, identity.administrator(), person, "operator_staff", "operator:op1").status_code == 201
    )


def test_unknown_people_and_grants_are_not_found(unchanged):
    administrator = unchanged.administrator()
    assert grant(unchanged, administrator, NOBODY, "moderator", CAUSE).json["code"] == "person.unknown"
    assert (
        unchanged.call("DELETE", f"/v1/grants/{NOBODY}", token=administrator).json["code"] == "grant.unknown"
    )
    assert unchanged.call("GET", f"/v1/grants?person={NOBODY}", token=administrator).status_code == 404
    assert unchanged.call("DELETE", "/v1/grants/not-an-id", token=administrator).status_code == 404
    assert grant(unchanged, administrator, "not-an-id", "moderator", CAUSE).status_code == 422


def test_a_coordinator_names_and_dismisses_moderators_of_its_cause(identity):
    coordinator, _ = identity.member("coordinator@exemple.fr", ("coordinator", CAUSE))
    _, person = identity.member("ana@exemple.fr")
    given = grant(identity, coordinator, person, "moderator", CAUSE)
    assert given.status_code == 201
    assert identity.call("DELETE", f"/v1/grants/{given.json['id']}", token=coordinator).status_code == 204


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        ("moderator", OTHER_CAUSE),
        ("moderator", "coalition"),
        ("coordinator", CAUSE),
        ("administrator", "coalition"),
    ],
)
def test_a_coordinator_decides_nothing_else(unchanged, role, scope):
    coordinator, person = unchanged.member("coordinator@exemple.fr", ("coordinator", CAUSE))
    answer = grant(unchanged, coordinator, person, role, scope)
    assert (answer.status_code, answer.json["code"]) == (403, "grant.forbidden")


@pytest.mark.parametrize("roles", [[], [("moderator", "coalition")]])
def test_others_give_nothing_take_nothing_and_see_nothing(identity, roles):
    token, person = identity.member("ana@exemple.fr", *roles)
    administrator = identity.administrator()
    held = grant(identity, administrator, person, "moderator", CAUSE).json
    assert grant(identity, token, person, "administrator", "coalition").status_code == 403
    assert identity.call("DELETE", f"/v1/grants/{held['id']}", token=token).status_code == 403
    assert identity.call("GET", "/v1/grants", token=token).json == {"items": [], "next": None}


def test_a_visitor_gives_nothing(unchanged):
    visitor = unchanged.call("POST", "/v1/visitors").json["token"]
    assert grant(unchanged, visitor, NOBODY, "moderator", CAUSE).json["code"] == "access.account"


def test_an_administrator_whose_role_was_taken_back_cannot_use_the_last_minutes_of_a_token(identity):
    first, second = (
        identity.administrator(),
        identity.member("other@example.org", ("administrator", "coalition")),
    )
    token, person = second
    held = identity.call("GET", f"/v1/grants?person={person}", token=first).json["items"][0]
    assert identity.call("DELETE", f"/v1/grants/{held['id']}", token=first).status_code == 204
    assert ["administrator", "coalition"] in claims(token)["grants"]
    assert grant(identity, token, person, "administrator", "coalition").json["code"] == "grant.forbidden"


def test_the_last_administrator_stays(identity):
    administrator = identity.administrator()
    (held,) = identity.call("GET", "/v1/grants", token=administrator).json["items"]
    answer = identity.call("DELETE", f"/v1/grants/{held['id']}", token=administrator)
    assert (answer.status_code, answer.json["code"]) == (409, "grant.last_administrator")


def test_two_administrators_who_dismiss_each_other_at_once_leave_one(identity):
    first = identity.administrator()
    second, _ = identity.member("other@example.org", ("administrator", "coalition"))
    held = {
        item["person"]: UUID(item["id"])
        for item in identity.call("GET", "/v1/grants", token=first).json["items"]
    }
    firsts, seconds = (held[str(claims(token)["sub"])] for token in (first, second))
    with ThreadPoolExecutor(1) as pool:
        with identity.database.transaction() as session:
            revoke_role(session, seconds, by=caller(session, identity.verifier.verify(first)))
            session.flush()
            other = pool.submit(identity.call, "DELETE", f"/v1/grants/{firsts}", token=second)
            with pytest.raises(TimeoutError):
                other.result(0.5)  # it waits to know how many will be left
        assert other.result(PATIENCE_S).json["code"] == "grant.last_administrator"
    assert len(identity.call("GET", "/v1/grants", token=first).json["items"]) == 1


def test_grants_come_a_page_at_a_time_without_gap_or_repeat(identity):
    administrator = identity.administrator()
    _, person = identity.member("ana@exemple.fr", *(("moderator", f"{CAUSE[:-1]}{n}") for n in range(5)))
    seen, cursor = [], ""
    while True:
        page = identity.call("GET", f"/v1/grants?person={person}&limit=2{cursor}", token=administrator).json
        seen += [item["scope"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [f"{CAUSE[:-1]}{n}" for n in range(5)]


@pytest.mark.parametrize(
    "held",
    [
        [("administrator", COALITION)],
        [("coordinator", COALITION)],
        [("coordinator", CAUSE)],
        [("coordinator", CAUSE), ("coordinator", OTHER_CAUSE), ("moderator", COALITION)],
        [("moderator", CAUSE)],
    ],
)
def test_the_list_shows_what_its_reader_may_decide_and_nothing_else(identity, two_operators, held):
    token, _ = identity.member("reader@exemple.fr", *held)
    identity.member(
        "ana@exemple.fr",
        ("moderator", CAUSE),
        ("moderator", OTHER_CAUSE),
        ("moderator", COALITION),
        ("moderator", "operator:op1"),
        ("coordinator", CAUSE),
        ("porteur", CAUSE.replace("cause", "defi")),
    )
    everything = identity.call("GET", "/v1/grants?limit=100", token=identity.administrator()).json["items"]
    shown = identity.call("GET", "/v1/grants?limit=100", token=token).json["items"]
    mine = [Grant(*one) for one in held]
    assert shown == [item for item in everything if may_grant(mine, Grant(item["role"], item["scope"]))]
