"""Following by e-mail without an account: only whoever reads the mailbox decides, and nobody else learns anything."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from libs.chassis.ids import uuid7
from services.notifications.follows.commands import forget_expired
from tests.notifications.conftest import Notifications
from tests.notifications.followers import MAIRIE, RENNES, digest, publish


def ask(service: Notifications, email: str = "ana@example.org", topic: str = MAIRIE) -> int:
    return service.call("POST", "/follows/by-email", {"email": email, "topic": topic}).status_code


def test_nothing_is_followed_until_the_mail_is_answered(service: Notifications) -> None:
    assert ask(service) == 202
    service.rows("DELETE FROM mail")
    publish(service)
    assert digest(service) == []


def test_the_answer_is_the_same_for_an_address_that_follows_and_one_that_does_not(
    service: Notifications,
) -> None:
    service.follow("ana@example.org", MAIRIE)
    answers = [
        service.call("POST", "/follows/by-email", {"email": email, "topic": MAIRIE})
        for email in ("ana@example.org", "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert [set(answer.json) for answer in answers] == [{"expires_at"}] * 2
    known, unknown = service.mails()
    assert known.subject == unknown.subject
    assert known.text.replace(known.confirmation, "") == unknown.text.replace(unknown.confirmation, "")


def test_followers_are_counted_for_everybody_once_they_are_not_few(service: Notifications) -> None:
    def followers() -> int | None:
        answer = service.call("GET", f"/follows/count?topic={MAIRIE}")
        assert answer.status_code == 200
        return answer.json["followers"]

    for number in range(5):
        assert followers() is None
        ask(service, f"voisine{number}@example.org")
        token = service.mails()[-1].confirmation
        assert service.call("POST", "/follows/confirm", {"token": token}).status_code == 200
    ask(service, "hésite@example.org")
    assert followers() == 5
    assert service.call("GET", "/follows/count?topic=mairie:35238").status_code == 422


def test_a_confirmation_link_works_once(service: Notifications) -> None:
    ask(service)
    token = service.mails()[0].confirmation
    first, second = (service.call("POST", "/follows/confirm", {"token": token}) for _ in range(2))
    assert (first.status_code, first.json["topic"], first.json["path"]) == (200, MAIRIE, f"/ici/{RENNES}")
    assert (second.status_code, second.json["code"]) == (422, "follow.link")


def test_a_confirmation_link_used_twice_at_once_follows_once(service: Notifications) -> None:
    ask(service)
    token, statuses, start = service.mails()[0].confirmation, [], threading.Barrier(4)

    def confirm() -> None:
        start.wait()
        statuses.append(service.call("POST", "/follows/confirm", {"token": token}).status_code)

    threads = [threading.Thread(target=confirm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 422, 422, 422]
    assert service.rows("SELECT count(*) FROM follow") == [(1,)]


def test_a_confirmation_link_expires(service: Notifications) -> None:
    ask(service)
    service.rows("UPDATE follow_request SET expires_at = now() - interval '1 second'")
    token = service.mails()[0].confirmation
    assert service.call("POST", "/follows/confirm", {"token": token}).json["code"] == "follow.link"


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "é", "A" * 300])
def test_a_forged_confirmation_link_is_refused(service: Notifications, token: str) -> None:
    assert service.call("POST", "/follows/confirm", {"token": token}).status_code == 422


def test_a_link_for_one_use_is_worth_nothing_in_another(service: Notifications) -> None:
    ask(service)
    token = service.mails()[0].confirmation
    assert service.call("POST", f"/unsubscribe/{token}").status_code == 404
    service.follow("bob@example.org", MAIRIE)
    publish(service)
    digest(service)
    unsubscribe = service.mails()[-1].unsubscribe
    assert service.call("POST", "/follows/confirm", {"token": unsubscribe}).status_code == 422


def test_looking_at_a_confirmation_link_confirms_nothing(service: Notifications) -> None:
    ask(service)
    token = service.mails()[0].confirmation
    assert service.call("GET", f"/follows/confirm?token={token}").status_code == 405
    assert service.rows("SELECT count(*) FROM follow") == [(0,)]


def test_one_address_is_not_written_to_without_end(service: Notifications) -> None:
    statuses = [ask(service, f"{name}@example.org") for name in ("ana", "Ana", "ANA", "ana", "ana", "ana")]
    assert statuses == [202] * 5 + [429]
    assert ask(service, "bob@example.org") == 202
    assert len(service.mails()) == 6


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "nobody", "topic": MAIRIE}, "email"),
        ({"email": "a@example.org\r\nBcc: b@example.org", "topic": MAIRIE}, "email"),
        ({"email": "a@example.org", "topic": "commune:352"}, "topic"),
        ({"email": "a@example.org", "topic": "person:ana"}, "topic"),
        ({"email": "a@example.org", "topic": 7}, "topic"),
        ({"topic": MAIRIE}, "email"),
        ({"email": "a@example.org", "topic": MAIRIE, "title": "Achetez !"}, "title"),
        ({"email": "a@example.org", "topic": MAIRIE, "language": "de"}, "language"),
    ],
)
def test_a_wrong_request_is_refused_by_field(
    service: Notifications, given: dict[str, object], field: str
) -> None:
    answer = service.call("POST", "/follows/by-email", given)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
    assert service.mails() == []


def test_what_is_not_public_cannot_be_followed(service: Notifications) -> None:
    for topic in (f"defi:{uuid7()}", f"proposal:{uuid7()}"):
        answer = service.call("POST", "/follows/by-email", {"email": "a@example.org", "topic": topic})
        assert (answer.status_code, answer.json["code"]) == (404, "topic.unknown")
    assert service.mails() == []


def test_unconfirmed_addresses_are_forgotten(service: Notifications) -> None:
    ask(service)
    with service.database.transaction() as session:
        forget_expired(session, datetime.now(UTC) + timedelta(hours=47))
    assert service.rows("SELECT count(*) FROM follow_request") == [(1,)]
    with service.database.transaction() as session:
        forget_expired(session, datetime.now(UTC) + timedelta(hours=49))
    assert service.rows("SELECT count(*) FROM follow_request") == [(0,)]
