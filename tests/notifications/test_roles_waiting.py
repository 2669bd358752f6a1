"""Moderators learn that proposals wait: whom it concerns, once, however many there are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.chassis.ids import uuid7
from libs.contracts.consultation import ConsultationOpened, ProposalSubmitted
from libs.contracts.identity import RoleGranted, RoleRevoked
from services.notifications.roles.commands import begin_telling
from tests.notifications.conftest import Account, Notifications
from tests.notifications.followers import digest
from tests.notifications.letters import SITE

CAUSE, OTHER_CAUSE, CONSULTATION = uuid7(), uuid7(), uuid7()
DESK = "/moderation/vivre-mieux"


def proposed(**more: Any) -> ProposalSubmitted:
    """A proposal comes in."""
    values: dict[str, Any] = {"cause_id": CAUSE, "slug": "vivre-mieux", "consultation_id": CONSULTATION}
    return ProposalSubmitted(proposal_id=uuid7(), language="fr", **(values | more))


def moderator(service: Notifications, email: str, scope: str = "coalition", language: str = "fr") -> Account:
    """Somebody who moderates; what they were told of it is removed."""
    person = service.person(email, language)
    service.hear(RoleGranted(person_id=person.id, role="moderator", scope=scope))
    service.rows("DELETE FROM notice WHERE recipient_id = :id", id=person.id)
    return person


def waiting(service: Notifications, person: Account) -> list[str]:
    """Where the notices lead that proposals wait."""
    return [
        notice["path"] for notice in service.inbox(person)["items"] if notice["kind"] == "moderation.waiting"
    ]


@pytest.fixture
def mona(service: Notifications) -> Account:
    """Somebody who moderates within the whole coalition."""
    return moderator(service, "mona@example.org")


def test_those_who_moderate_the_consultation_are_told_and_nobody_else(
    service: Notifications, mona: Account, ana: Account
) -> None:
    of_cause = moderator(service, "paul@example.org", f"cause:{CAUSE}")
    both = moderator(service, "rose@example.org")
    service.hear(RoleGranted(person_id=both.id, role="moderator", scope=f"cause:{CAUSE}"))
    elsewhere = moderator(service, "luc@example.org", f"cause:{OTHER_CAUSE}")
    at_operator = moderator(service, "nour@example.org", "operator:op1")
    former = moderator(service, "jean@example.org")
    service.hear(RoleRevoked(person_id=former.id, role="moderator", scope="coalition"))
    service.hear(proposed())
    for person in (mona, of_cause, both):
        assert waiting(service, person) == [DESK]
    for person in (ana, elsewhere, at_operator, former):
        assert waiting(service, person) == []


def test_it_comes_with_the_daily_digest_in_the_language_of_its_reader(service: Notifications) -> None:
    moderator(service, "mona@example.org")
    moderator(service, "john@example.org", language="en")
    service.hear(proposed())
    service.at_once()
    assert service.mails() == []
    french, english = sorted(digest(service), key=lambda text: "Proposals" in text)
    assert "Des propositions sont arrivées dans une consultation que vous modérez" in french
    assert "Proposals have come in to a consultation that you moderate" in english
    assert f"{SITE}{DESK}\n" in french
    assert str(CONSULTATION) not in french + english


def test_a_crowd_of_proposals_makes_one_notice(service: Notifications, mona: Account) -> None:
    bodies = [service.envelope(proposed()) for _ in range(300)]
    for start in range(0, len(bodies), 100):
        service.mailbox.receive(bodies[start : start + 100])
    assert waiting(service, mona) == [DESK]
    assert service.rows("SELECT DISTINCT status, reason FROM inbox") == [("done", None)]


def test_each_consultation_is_told_of_apart(service: Notifications, mona: Account) -> None:
    service.hear(proposed())
    service.hear(proposed(slug="mieux-manger", consultation_id=uuid7()))
    assert sorted(waiting(service, mona)) == ["/moderation/mieux-manger", DESK]


@pytest.mark.parametrize(
    ("read", "days", "notices"), [(False, 0, 1), (True, 0, 1), (False, 9, 1), (True, 1, 2), (True, 9, 2)]
)
def test_it_is_said_again_on_another_day_to_whoever_has_read_it(
    service: Notifications, mona: Account, read: bool, days: int, notices: int
) -> None:
    service.hear(proposed())
    service.rows("UPDATE notice SET created_at = created_at - :ago", ago=timedelta(days=days))
    if read:
        assert service.call("POST", "/inbox/read", {}, mona).json == {"read": 1}
    service.hear(proposed())
    assert waiting(service, mona) == [DESK] * notices


def test_a_proposal_delivered_twice_changes_nothing(service: Notifications, mona: Account) -> None:
    body = service.hear(proposed())
    service.rows("DELETE FROM notice")
    service.mailbox.receive([body, body])
    assert waiting(service, mona) == []


def test_an_old_proposal_is_no_news(service: Notifications, mona: Account) -> None:
    service.hear(proposed(), at=datetime.now(UTC) - timedelta(days=31))
    assert waiting(service, mona) == []


def test_of_a_publisher_that_names_no_cause_those_of_the_coalition_are_told(
    service: Notifications, mona: Account
) -> None:
    of_cause = moderator(service, "paul@example.org", f"cause:{CAUSE}")
    opened = {"cause_id": CAUSE, "slug": "vivre-mieux", "closes_at": datetime.now(UTC) + timedelta(days=9)}
    service.hear(ConsultationOpened(consultation_id=CONSULTATION, **opened))
    service.hear(proposed(cause_id=None, slug=None))
    service.hear(proposed(cause_id=None, slug=None, consultation_id=uuid7()))
    assert sorted(waiting(service, mona)) == ["/moderation", DESK]
    assert waiting(service, of_cause) == []


def test_who_would_tell_while_another_does_waits_for_nobody_and_finds_it_done(
    service: Notifications, mona: Account
) -> None:
    with service.database.transaction() as session:
        assert begin_telling(session, CONSULTATION)
        # In a transaction of its own: it would not come back if it waited for this one.
        service.hear(proposed())
        assert waiting(service, mona) == []
    service.hear(proposed())
    service.rows("UPDATE inbox SET next_try = now() WHERE status = 'waiting'")
    assert service.mailbox.retry_next()
    assert not service.mailbox.retry_next()
    assert waiting(service, mona) == [DESK]


def test_many_workers_at_once_make_one_notice_for_each_moderator(
    service: Notifications, mona: Account
) -> None:
    others = [moderator(service, f"moderator{number}@example.org") for number in range(3)]
    bodies = [service.envelope(proposed()) for _ in range(40)]
    with ThreadPoolExecutor(8) as workers:
        list(workers.map(lambda body: service.mailbox.receive([body]), bodies))
    for _ in range(len(bodies)):
        service.rows("UPDATE inbox SET next_try = now() WHERE status = 'waiting'")
        if not service.mailbox.retry_next():
            break
    assert service.rows("SELECT count(*) FROM inbox WHERE status <> 'done'") == [(0,)]
    for person in (mona, *others):
        assert waiting(service, person) == [DESK]
