"""Erasing somebody leaves nothing of them: no row, no event, no mail."""

from __future__ import annotations

from datetime import UTC, datetime

from libs.contracts.identity import ContactConfirmed
from services.notifications.cli import erase_address, erase_person
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
    assert {"recipient", "pairing", "inbox", "mail", "follow_request", "notice"} <= set(
        traces(service, *everything)
    )
    with service.database.transaction() as session:
        assert erase_person(session, ana.id) == {"notices": 4, "preferences": 1, "follows": 1, "mailings": 2}
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
        erase_person(session, ana.id)
    assert (service.inbox(bob), service.call("GET", "/preferences", who=bob).json) == before
    assert {mail.to.lower() for mail in service.mails()} == {bob.email}


def test_an_erased_person_does_not_come_back_with_a_second_delivery(
    service: Notifications, ana: Account
) -> None:
    contact = service.hear(ContactConfirmed(person_id=ana.id, email=ana.email, language="en"))
    notice = service.notify(ana)
    with service.database.transaction() as session:
        erase_person(session, ana.id)
    service.mailbox.receive([contact, notice])
    assert service.rows("SELECT count(*) FROM recipient") == [(0,)]
    assert service.rows("SELECT count(*) FROM inbox WHERE status <> 'done'") == [(0,)]


def test_a_mail_queued_for_a_former_address_is_taken_back_too(service: Notifications, ana: Account) -> None:
    service.notify(ana)
    service.at_once()
    service.hear(ContactConfirmed(person_id=ana.id, email="new@example.org", language="fr"))
    with service.database.transaction() as session:
        erase_person(session, ana.id)
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
    assert (len(held["notices"]), len(held["mailed_at"])) == (4, 3)
    assert bob.email not in str(held)
    assert service.call("GET", "/me/held").status_code == 401


def test_erasing_twice_or_nobody_does_nothing(service: Notifications, ana: Account) -> None:
    for _ in range(2):
        with service.database.transaction() as session:
            erase_person(session, ana.id)
    assert service.rows("SELECT count(*) FROM recipient") == [(0,)]


def test_an_address_without_an_account_can_be_erased(service: Notifications) -> None:
    service.follow("carl@example.org", "commune:35238")
    service.call("POST", "/follows/by-email", {"email": "carl@example.org", "topic": "commune:29019"})
    with service.database.transaction() as session:
        erase_address(session, "Carl@Example.org")
    assert traces(service, "carl@example.org") == []
