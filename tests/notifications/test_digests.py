"""A digest says exactly what came since the one before, once, and nothing is sent where nothing came."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from libs.chassis.testing.postgres import TestServer
from services.notifications.digests.rules import latest_slot
from services.notifications.inbox.commands import News, receive
from services.notifications.wording import PARIS
from tests.notifications.conftest import Account, Notifications

MORNING = datetime(2026, 11, 20, 6, tzinfo=UTC)  # seven in Paris
DAILY = "defi.pledge_offered"


def arrive(service: Notifications, person: Account, at: datetime, title: str, kind: str = DAILY) -> None:
    """Something comes for a person at a given time, and the job that sorts what is new has run."""
    with service.database.transaction() as session:
        receive(session, {person.id: None}, News(kind=kind, path="/", happened_at=at, title=title), at)
    service.at_once(at)


def test_what_came_during_a_day_comes_in_one_mail_the_next_morning(
    service: Notifications, ana: Account
) -> None:
    for hour, title in ((1, "Un"), (5, "Deux"), (20, "Trois")):
        arrive(service, ana, MORNING + timedelta(hours=hour), title)
    assert service.mails() == []
    service.digests(MORNING + timedelta(hours=23, minutes=59))
    assert service.mails() == []
    service.digests(MORNING + timedelta(days=1))
    (mail,) = service.mails()
    assert mail.subject == "Vos nouvelles du samedi 21\u00a0novembre"
    assert [mail.text.index(f"«\u00a0{title}\u00a0»") for title in ("Un", "Deux", "Trois")]
    assert "depuis votre dernier résumé" not in mail.text


def test_the_next_digest_says_since_when_and_repeats_nothing(service: Notifications, ana: Account) -> None:
    arrive(service, ana, MORNING - timedelta(hours=1), "Lundi")
    service.digests(MORNING)
    arrive(service, ana, MORNING + timedelta(hours=1), "Mardi")
    service.digests(MORNING + timedelta(days=1, minutes=5))
    first, second = service.mails()
    assert ("Mardi" in first.text, "Lundi" in second.text) == (False, False)
    assert "depuis votre dernier résumé, vendredi 20\u00a0novembre." in second.text


def test_nothing_is_sent_where_nothing_came(service: Notifications, ana: Account) -> None:
    for day in range(3):
        assert service.digests(MORNING + timedelta(days=day)) == 0
    assert service.mails() == []


def test_what_comes_after_the_hour_waits_for_the_next_day(service: Notifications, ana: Account) -> None:
    arrive(service, ana, MORNING + timedelta(minutes=1), "Tard")
    service.digests(MORNING + timedelta(hours=2))
    assert service.mails() == []
    service.digests(MORNING + timedelta(days=1))
    assert len(service.mails()) == 1


def test_a_digest_sent_late_still_ends_at_its_hour(service: Notifications, ana: Account) -> None:
    arrive(service, ana, MORNING - timedelta(hours=1), "Avant")
    arrive(service, ana, MORNING + timedelta(hours=1), "Après")
    service.digests(MORNING + timedelta(hours=9))
    (mail,) = service.mails()
    assert ("Avant" in mail.text, "Après" in mail.text) == (True, False)


def test_who_opted_out_meanwhile_gets_no_digest(service: Notifications, ana: Account) -> None:
    arrive(service, ana, MORNING - timedelta(hours=1), "Avant")
    service.prefer(ana, **{DAILY.replace(".", "__"): "none"})
    service.digests(MORNING)
    assert service.mails() == []
    assert service.inbox(ana)["items"][0]["title"] == "Avant"


def test_a_long_digest_counts_what_it_does_not_tell(service: Notifications, ana: Account) -> None:
    for number in range(43):
        arrive(service, ana, MORNING - timedelta(hours=1), f"Défi {number}.")
    service.digests(MORNING)
    service.digests(MORNING + timedelta(days=1))
    (mail,) = service.mails()
    assert mail.text.count("Quelqu’un propose son aide à votre défi") == 40
    assert "Et 3 autres nouvelles\u00a0:\nhttps://maillage.test/notices" in mail.text
    assert "3 autres nouvelles</a>." in mail.html


def test_bulk_mail_leaves_room_for_a_confirmation(service: Notifications, ana: Account) -> None:
    """With many mails waiting to leave, digests wait too; mails put off until later take no room."""
    arrive(service, ana, MORNING - timedelta(hours=1), "Bonjour")
    service.rows(
        "INSERT INTO mail (id, message, recipient, useless_after)"
        " SELECT gen_random_uuid(), '', 'x@example.org', now() + interval '1 day' FROM generate_series(1, 400)"
    )
    assert service.digests(MORNING) == 0
    service.rows("UPDATE mail SET next_try = now() + interval '1 hour'")
    assert service.digests(MORNING) == 1


def test_many_workers_at_once_send_each_digest_once(service: Notifications) -> None:
    people = [service.person(f"person{number}@example.org") for number in range(12)]
    for person in people:
        arrive(service, person, MORNING - timedelta(hours=1), "Bonjour")
    start = threading.Barrier(6)
    failures: list[BaseException] = []

    def work() -> None:
        start.wait()
        try:
            for _ in range(4):
                service.digests(MORNING)
        except BaseException as failure:
            failures.append(failure)
            raise

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(mail.to for mail in service.mails()) == sorted(person.email for person in people)


@pytest.mark.parametrize("round_", range(5))
def test_an_opt_out_that_was_answered_is_never_overtaken(
    service: Notifications, ana: Account, round_: int
) -> None:
    """The mail may be queued before the choice is made, and is then taken back; never after."""
    service.notify(ana, "defi.gate_refused")
    start = threading.Barrier(3)

    def send() -> None:
        start.wait()
        service.at_once()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    start.wait()
    assert service.prefer(ana, defi__gate_refused="none").status_code == 200
    for thread in threads:
        thread.join()
    assert service.mails() == []


class Digests(RuleBasedStateMachine):
    """Notices come, time passes, workers run or do not, a reader changes their mind; compared with a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.service = Digests.running
        self.person = self.service.person("ana@example.org")
        self.now = datetime(2026, 3, 27, 12, tzinfo=UTC)  # the clock changes two days later
        self.wanted = True
        self.waiting: list[tuple[datetime, str]] = []
        self.expected: list[list[str]] = []
        self.told: list[list[str]] = []
        self.last_slot: datetime | None = None
        self.count = 0

    running: Notifications

    @initialize()
    def clear(self) -> None:
        self.service.rows("DELETE FROM mail")

    @rule(minutes=st.integers(1, 60 * 30))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def something_comes(self) -> None:
        self.count += 1
        title = f"n{self.count}."
        arrive(self.service, self.person, self.now, title)
        if self.wanted:
            self.waiting.append((self.now, title))

    @rule(wanted=st.booleans())
    def reader_chooses(self, wanted: bool) -> None:
        level = "daily" if wanted else "none"
        assert self.service.prefer(self.person, defi__pledge_offered=level).status_code == 200
        self.wanted = wanted

    @rule()
    def worker_runs(self) -> None:
        self.service.digests(self.now)
        self.leave()
        slot = latest_slot(self.now, 7, PARIS)
        if self.last_slot is not None and self.last_slot >= slot:
            return
        due = [title for at, title in self.waiting if at <= slot]
        self.waiting = [(at, title) for at, title in self.waiting if at > slot]
        if due and self.wanted:
            self.expected.append(due)
            self.last_slot = slot

    def leave(self) -> None:
        """The mails are handed over: an opt-out can take none of them back."""
        for mail in self.service.mails():
            self.told.append([title for title in self.titles() if f"«\u00a0{title}\u00a0»" in mail.text])
        self.service.rows("DELETE FROM mail")

    @invariant()
    def digests_are_those_expected(self) -> None:
        assert self.told == self.expected

    def titles(self) -> list[str]:
        return [f"n{number}." for number in range(1, self.count + 1)]

    def teardown(self) -> None:
        self.service.rows("DELETE FROM recipient")
        self.service.rows("DELETE FROM pairing")


def test_digests_do_what_a_plain_list_would(postgres: TestServer, migrated: str) -> None:
    with postgres.database(migrated) as url:
        Digests.running = Notifications(url)
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            Digests,
            settings=settings(
                max_examples=25,
                stateful_step_count=25,
            ),
        )
        Digests.running.database.close()
