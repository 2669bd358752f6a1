"""Whoever is given a role, or loses one, is told; what moderators moderate is known whatever order facts come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from libs.chassis.ids import uuid4
from libs.contracts.identity import ContactConfirmed, RoleGranted, RoleRevoked
from services.notifications.roles.commands import forget_ended_moderations
from services.notifications.roles.consumers import consumers
from tests.notifications.conftest import Account, Notifications
from tests.notifications.letters import SITE

CAUSE = "0190a3c4-0000-7000-8000-000000000000"


def given(person: Account | UUID, role: str = "moderator", scope: str = "coalition") -> RoleGranted:
    return RoleGranted(person_id=_id(person), role=role, scope=scope)


def taken(person: Account | UUID, role: str = "moderator", scope: str = "coalition") -> RoleRevoked:
    return RoleRevoked(person_id=_id(person), role=role, scope=scope)


def _id(person: Account | UUID) -> UUID:
    return person.id if isinstance(person, Account) else person


def moderating(service: Notifications) -> list[tuple[UUID, str]]:
    rows = service.rows("SELECT person_id, scope FROM moderation WHERE holds ORDER BY person_id, scope")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("role", "scope", "french", "english", "path"),
    [
        (
            "moderator",
            "coalition",
            ["La modération vous est confiée", "Il vaut pour toute la coalition."],
            ["Moderation is entrusted to you", "It holds within the whole coalition."],
            "/moderation",
        ),
        (
            "coordinator",
            f"cause:{CAUSE}",
            ["La coordination vous est confiée", "Il vaut pour une cause."],
            ["Coordination is entrusted to you", "It holds within one cause."],
            "/coordination",
        ),
        (
            "operator_staff",
            "operator:op1",
            ["vous administrez ses défis", "Il vaut chez l’opérateur op1."],
            ["you administer its défis", "It holds at the operator op1."],
            "/accompaniment",
        ),
        (
            "ebv",
            "territory:88",
            ["Entrepreneur du Bien Vivre", "Il vaut dans le territoire 88."],
            ["Entrepreneur du Bien Vivre", "It holds in the territory 88."],
            "/accompaniment",
        ),
    ],
)
def test_who_is_given_a_role_is_told_at_once_of_it_where_it_holds_and_where_to_go(
    service: Notifications, role: str, scope: str, french: list[str], english: list[str], path: str
) -> None:
    readers = {"fr": service.person(), "en": service.person("bob@example.org", "en")}
    for reader in readers.values():
        service.hear(given(reader, role, scope))
    service.at_once()
    mails = {mail.to: mail for mail in service.mails()}
    subjects = {"fr": "Un rôle vous est confié", "en": "A role is entrusted to you"}
    for language, words in (("fr", french), ("en", english)):
        mail = mails[readers[language].email]
        (notice,) = service.inbox(readers[language], language=language)["items"]
        inbox = " ".join([notice["headline"], notice["sentence"], *notice["details"]])
        assert (mail.subject, notice["path"]) == (subjects[language], path)
        assert f"{SITE}{path}\n" in mail.text
        for told in (mail.text, mail.html, inbox):
            assert [word for word in words if word not in told] == []
            assert CAUSE not in told


def test_who_loses_a_role_is_told_at_once(service: Notifications, ana: Account) -> None:
    service.hear(given(ana, "ebv", "territory:88"))
    service.hear(taken(ana, "ebv", "territory:88"))
    notice = service.inbox(ana)["items"][0]
    assert (notice["kind"], notice["headline"], notice["path"]) == (
        "account.role_revoked",
        "Un rôle prend fin",
        "/account",
    )
    assert notice["details"] == [
        "Vous n’êtes plus Entrepreneur du Bien Vivre.",
        "Il valait dans le territoire 88.",
    ]
    english = service.inbox(ana, language="en")["items"][0]
    assert english["details"][0] == "You are no longer an Entrepreneur du Bien Vivre."


def test_a_role_that_is_not_known_here_yet_is_told_without_its_name(
    service: Notifications, ana: Account
) -> None:
    service.hear(given(ana, "gardener", "forest:one"))
    (notice,) = service.inbox(ana)["items"]
    assert (notice["kind"], notice["details"], notice["path"]) == ("account.role_granted", [], "/account")


def test_an_operator_cannot_tell_somebody_that_they_became_an_administrator(
    service: Notifications, ana: Account
) -> None:
    for kind in ("account.role_granted", "account.role_revoked", "moderation.waiting"):
        service.notify(ana, kind, facts={"role": "administrator", "scope": "coalition"})
    notices = service.inbox(ana)["items"]
    assert [(notice["kind"], notice["details"]) for notice in notices] == [("other", [])] * 3


def test_a_role_given_before_its_holder_is_known_is_told_once_they_are(service: Notifications) -> None:
    early = Account(uuid4(), uuid4(), "early@example.org")
    service.hear(given(early))
    assert moderating(service) == [(early.id, "coalition")]
    service.hear(ContactConfirmed(person_id=early.id, email=early.email, language="fr"))
    service.rows("UPDATE inbox SET next_try = now() WHERE status = 'waiting'")
    assert service.mailbox.retry_next()
    assert [notice["kind"] for notice in service.inbox(early)["items"]] == ["account.role_granted"]


def test_a_fact_delivered_twice_is_told_once(service: Notifications, ana: Account) -> None:
    bodies = [service.hear(given(ana)), service.hear(taken(ana))]
    service.mailbox.receive(bodies + bodies)
    assert [notice["kind"] for notice in service.inbox(ana)["items"]] == [
        "account.role_revoked",
        "account.role_granted",
    ]
    assert moderating(service) == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_of_the_facts_ends_with_what_the_last_said(
    service: Notifications, ana: Account, order: tuple[int, ...]
) -> None:
    bob = service.person("bob@example.org")
    kept = [service.envelope(fact) for fact in (given(ana), taken(ana), given(ana))]
    ended = [service.envelope(fact) for fact in (given(bob), taken(bob), taken(bob))]
    for place in order:
        service.mailbox.receive([kept[place], ended[place], kept[place]])
    assert moderating(service) == [(ana.id, "coalition")]


def test_a_role_taken_back_that_was_never_given_makes_nobody_a_moderator(
    service: Notifications, ana: Account
) -> None:
    service.hear(taken(ana))
    service.hear(taken(ana, "moderator", "operator:op1"))
    assert moderating(service) == []


def test_scopes_are_held_apart(service: Notifications, ana: Account) -> None:
    for scope in ("coalition", f"cause:{CAUSE}", "operator:op1"):
        service.hear(given(ana, "moderator", scope))
    service.hear(given(ana, "coordinator", "coalition"))
    service.hear(taken(ana, "moderator", "coalition"))
    assert moderating(service) == [(ana.id, f"cause:{CAUSE}")]


def test_that_somebody_moderated_is_forgotten_after_a_while(service: Notifications, ana: Account) -> None:
    service.hear(given(ana, scope=f"cause:{CAUSE}"))
    service.hear(given(ana))
    service.hear(taken(ana))
    for days, left in ((39, 2), (41, 1)):
        with service.database.transaction() as session:
            forget_ended_moderations(session, datetime.now(UTC) + timedelta(days=days))
        assert service.rows("SELECT count(*) FROM moderation") == [(left,)]
    assert moderating(service) == [(ana.id, f"cause:{CAUSE}")]


def test_a_person_sees_what_they_moderate_and_nobody_elses(service: Notifications, ana: Account) -> None:
    service.hear(given(ana))
    service.hear(given(service.person("bob@example.org"), scope=f"cause:{CAUSE}"))
    (held,) = service.call("GET", "/me/held", who=ana).json["moderations"]
    since = datetime.fromisoformat(held.pop("since"))
    assert held == {"scope": "coalition", "holds": True}
    assert abs(datetime.now(UTC) - since) < timedelta(minutes=5)


def test_preferences_show_these_kinds_under_a_heading_of_their_own(
    service: Notifications, ana: Account
) -> None:
    items: list[dict[str, Any]] = service.call("GET", "/preferences", who=ana).json["items"]
    assert [
        (item["kind"], item["label"], item["default"])
        for item in items
        if (item["group"], item["group_label"]) == ("roles", "Mes rôles")
    ] == [
        ("account.role_granted", "Un rôle vous est confié", "at_once"),
        ("account.role_revoked", "Un rôle prend fin", "at_once"),
        ("moderation.waiting", "Des propositions attendent", "daily"),
    ]


def test_replayed_facts_say_who_moderates_and_tell_nobody() -> None:
    assert {one.name for one in consumers if one.projection} == {"keep-moderators", "end-moderators"}
