"""Several moderators at once, each in a thread with a connection of its own."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.errors import Conflict
from libs.chassis.ids import uuid7
from libs.chassis.testing.waiting import PATIENCE_S
from libs.chassis.tokens import Grant, Principal
from services.consultation.consultations.models import Consultation
from services.consultation.moderation.commands import decide, take_next
from services.consultation.moderation.rules import Decision, Reason
from services.consultation.proposals.models import Proposal

MODERATORS = 6


def insert(database: Database, consultation: Consultation, authors: list[UUID]) -> list[UUID]:
    now = datetime.now(UTC) - timedelta(hours=1)
    proposals = [
        Proposal(
            id=uuid7(),
            consultation_id=consultation.id,
            text=f"Il faut planter {n} arbres",
            language="fr",
            author_subject=author,
            state="pending",
            submitted_at=now + timedelta(seconds=n),
        )
        for n, author in enumerate(authors)
    ]
    with database.transaction() as session:
        session.add_all(proposals)
    return [proposal.id for proposal in proposals]


def moderator() -> Principal:
    return Principal(uuid7(), "account", frozenset({Grant("moderator", "coalition")}))


def all_at_once(work: Callable[[Principal], Any], moderators: list[Principal]) -> list[Any]:
    """What `work` gives each moderator, all having begun in the same instant."""
    start = Barrier(len(moderators))

    def run(who: Principal) -> Any:
        start.wait(PATIENCE_S)
        return work(who)

    with ThreadPoolExecutor(len(moderators)) as threads:
        return list(threads.map(run, moderators))


def take(database: Database, consultation: Consultation, who: Principal) -> UUID | None:
    with database.transaction() as session:
        proposal = take_next(session, consultation, who.subject, datetime.now(UTC))
        return proposal and proposal.id


@pytest.mark.parametrize("_round", range(5))
def test_moderators_who_ask_in_the_same_instant_never_get_the_same_proposal(
    database: Database, consultation: Consultation, _round: int
) -> None:
    proposals = insert(database, consultation, [uuid7() for _ in range(MODERATORS)])
    taken = all_at_once(
        lambda who: take(database, consultation, who), [moderator() for _ in range(MODERATORS)]
    )
    assert sorted(taken) == sorted(proposals)


@pytest.mark.parametrize("_round", range(5))
def test_moderators_who_ask_in_the_same_instant_never_get_the_same_author(
    database: Database, consultation: Consultation, _round: int
) -> None:
    first, second = uuid7(), uuid7()
    proposals = insert(database, consultation, [first, first, first, second, second, first])
    taken = all_at_once(
        lambda who: take(database, consultation, who), [moderator() for _ in range(MODERATORS)]
    )
    assert Counter(taken) == {proposals[0]: 1, proposals[3]: 1, None: MODERATORS - 2}


def test_one_moderator_in_two_windows_gets_the_same_proposal_in_both(
    database: Database, consultation: Consultation
) -> None:
    proposals = insert(database, consultation, [uuid7() for _ in range(4)])
    anne = moderator()
    taken = all_at_once(lambda who: take(database, consultation, who), [anne] * 4)
    assert taken == [proposals[0]] * 4


@pytest.mark.parametrize("_round", range(3))
def test_of_several_decisions_in_the_same_instant_one_counts_and_is_told(
    database: Database, consultation: Consultation, _round: int
) -> None:
    (proposal_id,) = insert(database, consultation, [uuid7()])

    def refuse(who: Principal) -> str:
        try:
            with database.transaction() as session:
                decide(
                    session,
                    proposal_id,
                    who,
                    Decision.REFUSE,
                    reason=Reason.TEST,
                    note=None,
                    now=datetime.now(UTC),
                )
        except Conflict as conflict:
            return conflict.code
        return "done"

    outcomes = all_at_once(refuse, [moderator() for _ in range(MODERATORS)])
    assert Counter(outcomes) == {"done": 1, "moderation.refused": MODERATORS - 1}
    with database.transaction() as session:
        assert session.scalars(text("SELECT type FROM outbox ORDER BY position")).all() == [
            "coalition.consultation.proposal_refused.v1",
            "coalition.consultation.person_notified.v1",
        ]


@contextmanager
def decision_under_way(database: Database, proposal_id: UUID, who: Principal) -> Iterator[None]:
    """A decision made and not yet committed, for the length of the block."""
    made, finish = Event(), Event()

    def accept() -> None:
        with database.transaction() as session:
            decide(session, proposal_id, who, Decision.ACCEPT, reason=None, note=None, now=datetime.now(UTC))
            made.set()
            finish.wait(PATIENCE_S)

    with ThreadPoolExecutor(1) as thread:
        under_way = thread.submit(accept)
        assert made.wait(PATIENCE_S)
        try:
            yield
        finally:
            finish.set()
        under_way.result()


def test_a_proposal_that_is_being_decided_is_passed_over_without_waiting(
    database: Database, consultation: Consultation
) -> None:
    first, second = insert(database, consultation, [uuid7(), uuid7()])
    with decision_under_way(database, first, moderator()):
        assert take(database, consultation, moderator()) == second


def test_whoever_asks_for_the_next_while_their_decision_is_being_saved_gets_another(
    database: Database, consultation: Consultation
) -> None:
    first, second = insert(database, consultation, [uuid7(), uuid7()])
    anne = moderator()
    assert take(database, consultation, anne) == first
    with ThreadPoolExecutor(1) as thread:
        with decision_under_way(database, first, anne):
            asked = thread.submit(take, database, consultation, anne)
        assert asked.result(PATIENCE_S) == second


def test_of_two_same_proposals_of_one_author_in_the_same_instant_one_is_made(
    database: Database, consultation: Consultation
) -> None:
    from services.consultation.proposals.commands import submit

    author = moderator()

    def propose(who: Principal) -> str:
        try:
            with database.transaction() as session:
                submit(
                    session,
                    consultation,
                    author=who.subject,
                    text="Il faut planter des arbres",
                    language=None,
                    now=datetime.now(UTC),
                )
        except Conflict as conflict:
            return conflict.code
        return "done"

    assert Counter(all_at_once(propose, [author] * 5)) == {"done": 1, "proposal.repeated": 4}
