"""Erasing somebody leaves nothing of them: no row, no event, no mail."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from libs.chassis.erasure_log import ErasureLog
from libs.chassis.ids import uuid4
from libs.chassis.inbox import Inbox
from libs.contracts.erasures import ErasureRequested
from libs.contracts.identity import ContactConfirmed, RoleGranted, RoleRevoked, SubjectPaired
from libs.contracts.notices import ConsultationNotice, DefisNotice
from services.notifications.cli import erase_address, erase_person
from services.notifications.privacy.commands import replay_erasures
from services.notifications.worker import consumers_noting
from tests.notifications.conftest import Account, Notifications


def traces(service: Notifications, *needles: object) -> list[str]:
    """The tables in which any of `needles` stands, whatever the column."""
    tables = [
        name
        for (name,) in service.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
    ]
    found = []
    for table in tables:
        content = "\n".join(str(row) for row in service.rows(f"SELECT t::text FROM {table} AS t")).lower()
        found += [table for needle in needles if str(needle).lower() in content]
    return sorted(set(found))


def lived_in(service: Notifications, ana: Account) -> None:
    """Something of everything the service can hold of a person."""
    service.prefer(ana, defi__refused="none")
    service.call("POST", "/follows", {"topic": "commune:35238"}, ana)
    service.notify(ana, "defi.gate_refused")
    service.notify_author(ana, "proposal.accepted")
    service.hear(RoleGranted(person_id=ana.id, role="moderator", scope="coalition"))
    service.at_once()
    service.notify(ana, "defi.pledge_offered")
    service.at_once()
    service.digests(datetime(2030, 1, 1, tzinfo=UTC))
    service.notify(ana, "defi.meeting_reminder")
    service.follow(ana.email, "commune:29019")
    service.call("POST", "/follows/by-email", {"email": ana.email.upper(), "topic": "commune:75056"})


def test_a_person_erased_leaves_no_trace(service: Notifications, ana: Account) -> None:
    lived_in(service, ana)
    everything = (ana.email, ana.id, ana.known_to_operator_as, "Café des voisins", "arbres")
    # `limit_counter` never held it: its keys are digests.
    assert {"recipient", "pairing", "inbox", "mail", "follow_request", "notice", "moderation"} <= set(
        traces(service, *everything)
    )
    with service.database.transaction() as session:
        assert erase_person(session, ana.id, datetime.now(UTC)) == {
            "notices": 5,
            "preferences": 1,
            "follows": 1,
            "mailings": 2,
            "moderations": 1,
        }
    assert traces(service, ana.email, "Café des voisins", "arbres") == []
    assert traces(service, ana.id, ana.known_to_operator_as) == []
    # Of the events, a row without content stays, to know a second delivery of them.
    assert service.rows("SELECT DISTINCT envelope FROM inbox") == [("",)]


def test_others_keep_what_is_theirs(service: Notifications, ana: Account) -> None:
    bob = service.person("bob@example.org")
    for person in (ana, bob):
        lived_in(service, person)
    before = service.inbox(bob), service.call("GET", "/preferences", who=bob).json
    with service.database.transaction() as session:
        erase_person(session, ana.id, datetime.now(UTC))
    assert (service.inbox(bob), service.call("GET", "/preferences", who=bob).json) == before
    assert {mail.to.lower() for mail in service.mails()} == {bob.email}


def test_an_erased_person_does_not_come_back_with_a_second_delivery(
    service: Notifications, ana: Account
) -> None:
    contact = service.hear(ContactConfirmed(person_id=ana.id, email=ana.email, language="en"))
    notice = service.notify(ana)
    with service.database.transaction() as session:
        erase_person(session, ana.id, datetime.now(UTC))
    service.mailbox.receive([contact, notice])
    assert service.rows("SELECT count(*) FROM recipient") == [(0,)]
    assert service.rows("SELECT count(*) FROM inbox WHERE status <> 'done'") == [(0,)]


def test_a_mail_queued_for_a_former_address_is_taken_back_too(service: Notifications, ana: Account) -> None:
    service.notify(ana)
    service.at_once()
    service.hear(ContactConfirmed(person_id=ana.id, email="new@example.org", language="fr"))
    with service.database.transaction() as session:
        erase_person(session, ana.id, datetime.now(UTC))
    assert service.mails() == []


def test_one_can_take_away_what_is_held_of_oneself_and_of_nobody_else(
    service: Notifications, ana: Account
) -> None:
    bob = service.person("bob@example.org")
    for person in (ana, bob):
        lived_in(service, person)
        service.at_once()
    held = service.call("GET", "/me/held", who=ana).json
    assert held["contact"]["email"] == ana.email
    assert held["known_by"] == ["op1"]
    assert [choice["level"] for choice in held["preferences"]] == ["none"]
    assert [follow["topic"] for follow in held["follows"]] == ["commune:35238"]
    assert (len(held["notices"]), len(held["mailed_at"])) == (5, 3)
    (moderated,) = held["moderations"]
    assert (moderated["scope"], moderated["holds"]) == ("coalition", True)
    assert bob.email not in str(held)
    assert service.call("GET", "/me/held").status_code == 401


def test_erasing_twice_or_nobody_does_nothing(service: Notifications, ana: Account) -> None:
    for _ in range(2):
        with service.database.transaction() as session:
            erase_person(session, ana.id, datetime.now(UTC))
    assert service.rows("SELECT count(*) FROM recipient") == [(0,)]


def test_an_address_without_an_account_can_be_erased(service: Notifications) -> None:
    service.follow("carl@example.org", "commune:35238")
    service.call("POST", "/follows/by-email", {"email": "carl@example.org", "topic": "commune:29019"})
    with service.database.transaction() as session:
        erase_address(session, "Carl@Example.org")
    assert traces(service, "carl@example.org") == []


def ask(service: Notifications, subject: UUID, *, owner: str = "coalition") -> str:
    """Identity asks an owner to erase whom it knows by that id. Returns the envelope, to deliver again."""
    return service.hear(ErasureRequested(erasure_id=uuid4(), owner=owner, pairwise_id=subject))


def declared(service: Notifications) -> list[dict[str, Any]]:
    """What was declared so far, by the numbers of the askings."""
    query = (
        "SELECT envelope::json -> 'data' FROM outbox WHERE type = 'coalition.notifications.erasure_declared.v1'"
        " ORDER BY position"
    )
    return [data for (data,) in service.rows(query)]


def talk_of(service: Notifications, ana: Account) -> None:
    """Everything that others may say of somebody."""
    service.hear(ContactConfirmed(person_id=ana.id, email=ana.email, language="en"))
    service.hear(SubjectPaired(person_id=ana.id, owner="op1", pairwise_id=ana.known_to_operator_as))
    about = {"reference": "defi:x", "title": "Café des voisins", "facts": {}}
    service.hear(
        DefisNotice(recipient=ana.known_to_operator_as, kind="defi.gate_refused", **about), owner="op1"
    )
    service.hear(ConsultationNotice(recipient=ana.id, kind="proposal.accepted", **about))
    service.hear(RoleGranted(person_id=ana.id, role="moderator", scope="coalition"))
    service.hear(RoleRevoked(person_id=ana.id, role="ebv", scope="territory:88"))


def test_identity_asks_and_the_erasure_is_declared_once_however_often_it_is_delivered(
    service: Notifications, ana: Account
) -> None:
    lived_in(service, ana)
    body = ask(service, ana.id)
    service.mailbox.receive([body])
    assert [data["erased"] for data in declared(service)] == [
        {"follows": 1, "mailings": 2, "moderations": 1, "notices": 5, "preferences": 1}
    ]
    assert declared(service)[0]["erasure_id"] in body
    everything = (ana.email, ana.id, ana.known_to_operator_as, "Café des voisins", "arbres")
    assert traces(service, *everything) == []


def test_what_is_said_of_somebody_after_they_were_erased_is_not_kept(
    service: Notifications, ana: Account
) -> None:
    ask(service, ana.id)
    talk_of(service, ana)
    assert traces(service, ana.email, ana.id, ana.known_to_operator_as, "Café") == []
    assert service.rows("SELECT count(*) FROM inbox WHERE status <> 'done'") == [(0,)]
    for method, path, body in (
        ("PATCH", "/preferences", {"levels": {"defi.gate_refused": "daily"}}),
        ("POST", "/follows", {"topic": "commune:35238"}),
    ):
        answer = service.call(method, path, body, ana)
        assert (answer.status_code, answer.json["code"]) == (401, "account.erased")


def test_an_erasure_that_arrives_before_anything_else_known_of_somebody_holds(
    service: Notifications,
) -> None:
    nobody = Account(uuid4(), uuid4(), "early@example.org")
    service.follow(nobody.email, "commune:35238")
    ask(service, nobody.id)
    ask(service, nobody.known_to_operator_as, owner="op1")
    talk_of(service, nobody)
    # Also what the address follows, once it is known whose it was.
    assert traces(service, nobody.email, nobody.id, nobody.known_to_operator_as, "Café") == []
    assert [set(data["erased"].values()) for data in declared(service)] == [{0}]


def test_an_asking_of_an_operator_says_whom_it_means_no_more_and_is_not_declared_here(
    service: Notifications, ana: Account
) -> None:
    service.notify(ana, "defi.gate_refused")
    ask(service, ana.known_to_operator_as, owner="op1")
    service.notify(ana, "defi.pledge_offered")
    assert traces(service, ana.known_to_operator_as) == []
    assert ([notice["kind"] for notice in service.inbox(ana)["items"]], declared(service)) == (
        ["defi.gate_refused"],
        [],
    )


def test_a_database_restored_from_before_is_told_again_whom_it_had_erased(
    service: Notifications, ana: Account, tmp_path: Path
) -> None:
    log = ErasureLog(tmp_path)
    service.mailbox = Inbox(service.database, consumers_noting(log))
    ask(service, ana.id)
    service.rows("DELETE FROM erased_subject")
    talk_of(service, ana)
    assert "recipient" in traces(service, ana.id)
    with service.database.transaction() as session:
        assert replay_erasures(session, log, datetime.now(UTC)) == 1
    assert traces(service, ana.email, ana.id, ana.known_to_operator_as) == []
