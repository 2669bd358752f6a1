"""Roles and scopes, without anything running."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.chassis.tokens import Grant
from services.identity.roles.rules import (
    LONGEST_SCOPE,
    ROLES,
    SCOPES_OF_ROLE,
    concerns,
    fits,
    may_grant,
    scope_kind,
)

CAUSE = "cause:0190a0c8-5a5e-7c3b-9f00-000000000001"
OTHER_CAUSE = "cause:0190a0c8-5a5e-7c3b-9f00-000000000002"
DEFI = "defi:0190a0c8-5a5e-7c3b-9f00-000000000003"
SCOPES = (
    "coalition",
    CAUSE,
    OTHER_CAUSE,
    "operator:op1",
    "operator:op2",
    "territory:75056",
    "territory:2A004",
    DEFI,
)

grants = st.builds(Grant, st.sampled_from(ROLES), st.sampled_from(SCOPES))


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_is_of_one_kind(scope):
    assert scope_kind(scope) == scope.partition(":")[0]


@pytest.mark.parametrize(
    "scope",
    [
        "",
        "Coalition",
        "coalition:",
        "coalition ",
        "coalition\n",
        "cause:",
        "cause:territoires",
        CAUSE.upper(),
        f"{CAUSE}\n",
        f"{CAUSE},coalition",
        CAUSE[:-1],
        CAUSE.replace("-", ""),
        "cause:0190A0C8-5a5e-7c3b-9f00-000000000001",
        "operator:OP1",
        "operator:1op",
        "operator:op 1",
        "operator:" + "a" * 17,
        "territory:",
        "territory:75 056",
        "défi:1",
        "galaxy:1",
    ],
)
def test_what_does_not_name_one_object_is_no_scope(scope):
    assert scope_kind(scope) is None


@given(st.text())
def test_no_text_at_all_breaks_the_reading_of_a_scope(text):
    kind = scope_kind(text)
    assert kind is None or (text.isascii() and len(text) <= LONGEST_SCOPE)


@given(st.sampled_from(ROLES), st.sampled_from(SCOPES))
def test_a_role_fits_the_scopes_of_its_kinds_and_no_other(role, scope):
    assert fits(role, scope) == (scope.partition(":")[0] in SCOPES_OF_ROLE[role])


def test_an_unknown_role_fits_nowhere():
    assert not any(fits("king", scope) for scope in SCOPES)


@given(grants)
def test_an_administrator_may_grant_anything(grant):
    assert may_grant([Grant("administrator", "coalition")], grant)


@given(st.sets(grants), grants)
def test_nobody_else_may_grant_more_than_moderation(held, grant):
    held.discard(Grant("administrator", "coalition"))
    if may_grant(held, grant):
        assert grant.role == "moderator"
        assert any(holding.role == "coordinator" for holding in held)


def test_a_coordinator_names_moderators_within_its_cause_only():
    held = [Grant("coordinator", CAUSE)]
    assert may_grant(held, Grant("moderator", CAUSE))
    assert not may_grant(held, Grant("moderator", OTHER_CAUSE))
    assert not may_grant(held, Grant("moderator", "coalition"))
    assert not may_grant(held, Grant("coordinator", CAUSE))


def test_a_coordinator_of_the_coalition_names_moderators_of_any_cause_but_of_no_operator():
    held = [Grant("coordinator", "coalition")]
    assert may_grant(held, Grant("moderator", CAUSE))
    assert may_grant(held, Grant("moderator", "coalition"))
    assert not may_grant(held, Grant("moderator", "operator:op1"))


def test_a_moderator_grants_nothing():
    assert not may_grant([Grant("moderator", "coalition")], Grant("moderator", CAUSE))


def test_each_owner_is_told_the_grants_that_are_its_business():
    def told(owner, *served):
        return {scope for scope in SCOPES if concerns(scope, owner, served)}

    assert told("coalition") == {"coalition", CAUSE, OTHER_CAUSE}
    assert told("op1") == told("op1", "88") == {"operator:op1"}
    assert told("op1", "75", "2A") == {"operator:op1", "territory:75056", "territory:2A004"}
    assert told("op1", "75056", "88") == {"operator:op1", "territory:75056"}


@pytest.mark.parametrize(
    ("territory", "served"),
    [("88", "88"), ("88160", "88"), ("88", "88160"), ("2A004", "2A"), ("97105", "971"), ("971", "97105")],
)
def test_a_territory_is_the_business_of_who_serves_it_a_part_of_it_or_what_it_lies_in(territory, served):
    assert concerns(f"territory:{territory}", "op1", [served])


@pytest.mark.parametrize(
    ("territory", "served"),
    [("88", "8"), ("88160", "88161"), ("2A", "2B004"), ("971", "97205"), ("88", "67")],
)
def test_a_territory_elsewhere_is_none_of_an_operator_s_business(territory, served):
    assert not concerns(f"territory:{territory}", "op1", [served])
