"""What a handler may say of an event (done, retry, drop, refused), and what becomes of it and of those that follow."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from libs.chassis.db import Database
from libs.chassis.errors import Conflict
from libs.chassis.inbox import Drop, Inbox, Retry
from libs.chassis.testing.waiting import eventually
from tests.chassis.ledger import EntryMade, copies, copy_entry, make_entry, mirror, rows
from tests.chassis.mirrors import consumer, envelope_of, running, statuses, total


def test_an_event_that_a_handler_cannot_take_holds_back_only_its_own_subject(
    bus_url: str, ledger_database: Database, mirror_database: Database, new_database: Callable[[], str]
) -> None:
    def fail_on_poison(session: Session, made: EntryMade) -> None:
        copy_entry(session, made)
        if made.account == "poison":
            raise ZeroDivisionError("as always")

    other = mirror(new_database(), owner="op1")
    with running(
        bus_url, ledger_database, (mirror_database, [consumer(fail_on_poison)]), (other, [consumer()])
    ):
        make_entry(ledger_database, "poison")
        make_entry(ledger_database, "sound")
        make_entry(ledger_database, "poison")
        eventually(lambda: total(mirror_database) == 1 and total(other) == 3)
    assert copies(mirror_database) == {"sound": [1]}
    assert copies(other) == {"poison": [1, 2], "sound": [1]}
    waiting = [row for row in statuses(mirror_database) if row[1] == "waiting"]
    assert [reason for _, _, reason in waiting] == ["ZeroDivisionError: as always", None]
    other.close()


def test_retry_is_tried_again_later_and_the_later_facts_of_its_subject_wait(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    refusals = iter([Retry("not yet"), Retry("not yet")])

    def not_at_once(session: Session, made: EntryMade) -> None:
        if made.account == "late":
            for refusal in refusals:
                raise refusal
        copy_entry(session, made)

    with running(bus_url, ledger_database, (mirror_database, [consumer(not_at_once)])):
        for account in ("late", "late", "prompt", "late"):
            make_entry(ledger_database, account)
        eventually(lambda: total(mirror_database) == 4)
    assert copies(mirror_database) == {"prompt": [1], "late": [1, 2, 3]}


def test_what_arrives_together_succeeds_or_fails_each_for_itself_and_the_order_is_kept(
    mirror_database: Database,
) -> None:
    def handle(session: Session, made: EntryMade) -> None:
        copy_entry(session, made)
        if made.account == "late":
            raise Retry("not yet")
        if made.account == "dropped":
            raise Drop("of no use")

    accounts = ["sound", "late", "late", "dropped", "sound"]
    envelopes = [
        envelope_of(EntryMade(account=account, number=number), sequence=number)
        for number, account in enumerate(accounts, start=1)
    ]
    bodies = [envelope.to_json() for envelope in envelopes]
    assert Inbox(mirror_database, [consumer(handle)]).receive([*bodies, bodies[0]]) == [True] * 6
    assert copies(mirror_database) == {"sound": [1, 5]}
    found = rows(mirror_database, "SELECT status, reason, attempts FROM inbox ORDER BY sequence")
    assert found == [
        ("done", None, 1),
        ("waiting", "not yet", 1),
        ("waiting", None, 0),
        ("done", "of no use", 1),
        ("done", None, 1),
    ]


def test_drop_and_refusals_end_with_their_reason_and_no_effect(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    def refuse(session: Session, made: EntryMade) -> None:
        copy_entry(session, made)
        if made.account == "dropped":
            raise Drop("of no use")
        if made.account == "refused":
            raise Conflict("entry.closed", "The account is closed.")

    with running(bus_url, ledger_database, (mirror_database, [consumer(refuse)])):
        for account in ("dropped", "refused", "taken"):
            make_entry(ledger_database, account)
        eventually(lambda: total(mirror_database) == 1)
        eventually(lambda: len(statuses(mirror_database)) == 3)
    assert copies(mirror_database) == {"taken": [1]}
    assert set(statuses(mirror_database)) == {
        ("copy", "done", "of no use"),
        ("copy", "dead", "entry.closed: The account is closed."),
        ("copy", "done", None),
    }


def test_two_consumers_of_one_event_succeed_and_fail_apart(
    bus_url: str, ledger_database: Database, mirror_database: Database
) -> None:
    def fail(session: Session, made: EntryMade) -> None:
        raise Retry("never")

    consumers = [consumer(), consumer(fail, name="moody")]
    with running(bus_url, ledger_database, (mirror_database, consumers)):
        make_entry(ledger_database, "a")
        eventually(lambda: len(statuses(mirror_database)) == 2)
    assert statuses(mirror_database) == [("copy", "done", None), ("moody", "waiting", "never")]
