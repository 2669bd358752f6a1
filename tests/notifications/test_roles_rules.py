"""What a role within a scope means to those who tell of it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.roles.rules import ROLES, SCOPES_OF_ROLE
from services.notifications.kinds.catalogue import KINDS, kind_published
from services.notifications.kinds.rules import Coded, clean_facts, details_of
from services.notifications.roles.rules import (
    ACCOUNT,
    desk_of,
    facts_of,
    moderates,
    page_of,
    scopes_over,
    start_of_day,
)
from services.notifications.wording import PARIS

CAUSE = UUID("0190a3c4-0000-7000-8000-000000000000")
SCOPES = {
    "coalition": "coalition",
    "cause": f"cause:{CAUSE}",
    "operator": "operator:op1",
    "territory": "territory:2A004",
    "defi": f"defi:{CAUSE}",
}
TOLD = ("account.role_granted", "account.role_revoked")


@pytest.mark.parametrize("code", TOLD)
def test_every_role_that_identity_gives_has_words_and_so_has_each_scope(code: str) -> None:
    kind = KINDS[code]
    (roles,) = (one for one in kind.details if isinstance(one, Coded) and one.fact == "role")
    assert set(roles.sentences) == set(ROLES)
    for role, scopes in SCOPES_OF_ROLE.items():
        for scope in scopes:
            said = details_of(kind, clean_facts(kind, facts_of(role, SCOPES[scope])))
            assert len(said) == 2, (role, scope)


@given(st.text(), st.text(), st.sampled_from(TOLD))
def test_whatever_role_and_scope_come_no_id_is_kept_of_them(role: str, scope: str, code: str) -> None:
    for where in (scope, f"operator:{CAUSE}", f"territory:{CAUSE}", f"cause:{CAUSE}", f"defi:{CAUSE}"):
        assert str(CAUSE) not in str(clean_facts(KINDS[code], facts_of(role, where)))


def test_a_role_leads_to_where_it_is_exercised() -> None:
    assert {role: page_of(role) for role in ROLES} == {
        "administrator": "/coordination",
        "coordinator": "/coordination",
        "moderator": "/moderation",
        "ebv": "/accompaniment",
        "operator_staff": "/accompaniment",
        "porteur": "/account/defis",
    }
    assert page_of("gardener") == ACCOUNT


@pytest.mark.parametrize(
    ("role", "scope", "expected"),
    [
        ("moderator", "coalition", True),
        ("moderator", f"cause:{CAUSE}", True),
        ("moderator", "operator:op1", False),
        ("moderator", "cause:", False),
        ("moderator", f"cause:{CAUSE} ", False),
        ("moderator", "coalitions", False),
        ("coordinator", "coalition", False),
        ("", "", False),
    ],
)
def test_moderating_is_deciding_within_the_coalition_or_a_cause(
    role: str, scope: str, expected: bool
) -> None:
    assert moderates(role, scope) is expected


def test_a_consultation_is_moderated_within_its_cause_and_within_the_coalition() -> None:
    assert scopes_over(CAUSE) == ("coalition", f"cause:{CAUSE}")
    assert scopes_over(None) == ("coalition",)


@pytest.mark.parametrize("slug", [None, "", "..", "a/b", "a\n", "é", "/"])
def test_a_desk_that_cannot_be_named_is_the_list_of_all(slug: str | None) -> None:
    assert desk_of(slug) == "/moderation"
    assert desk_of("vivre-mieux") == "/moderation/vivre-mieux"


@pytest.mark.parametrize(
    ("now", "began"),
    [
        ("2026-11-21T22:59:59", "2026-11-20T23:00:00"),
        ("2026-11-21T23:00:00", "2026-11-21T23:00:00"),
        ("2026-07-14T21:59:59", "2026-07-13T22:00:00"),
        ("2026-03-29T12:00:00", "2026-03-28T23:00:00"),
    ],
)
def test_a_day_begins_at_midnight_in_france(now: str, began: str) -> None:
    moment, expected = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (now, began))
    assert start_of_day(moment, PARIS) == expected


def test_what_is_told_of_facts_is_not_told_in_the_words_of_a_publisher() -> None:
    for code in (*TOLD, "moderation.waiting", "followed.results_published", "unheard_of"):
        assert kind_published(code).code == "other"
    assert kind_published("proposal.refused").code == "proposal.refused"
