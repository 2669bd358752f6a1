"""Votes that arrive together are written together, and each is answered for itself: real threads, a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Barrier

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from libs.chassis.db import Database
from libs.chassis.errors import Forbidden, Invalid, NotFound
from libs.chassis.ids import uuid4
from libs.chassis.testing.waiting import PATIENCE_S, eventually
from services.consultation.consultations.models import Consultation
from services.consultation.participants.commands import give_consent
from services.consultation.participants.rules import Identity
from services.consultation.voting.ballot_box import WORTH_A_BATCH, BallotBox
from services.consultation.voting.commands import Ballot, CastVote
from services.consultation.voting.models import Vote
from tests.consultation.conftest import MakeProposal, Tokens

NEWCOMERS = 32


def someone(database: Database, consultation: Consultation) -> Identity:
    who = Identity("visitor", str(uuid4()))
    with database.transaction() as session:
        give_consent(session, consultation, who, 1, datetime.now(UTC))
    return who


@contextmanager
def held(database: Database, who: Identity) -> Iterator[None]:
    """Whoever votes as `who` waits until the block ends."""
    with database.transaction() as session:
        session.execute(text("SELECT FROM participant WHERE subject = :who FOR UPDATE"), {"who": who.subject})
        yield


def blocked_backends(database: Database) -> list[int]:
    waiting = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with database.autocommit() as connection:
        return [pid for (pid,) in connection.execute(waiting)]


def terminate(database: Database, backends: list[int]) -> None:
    with database.autocommit() as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) pid", [backends])


@pytest.fixture
def box(database: Database) -> BallotBox:
    return BallotBox(database)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as threads:
        yield threads


Behind = Callable[
    [Identity, list[tuple[Identity, Ballot]]], tuple[list[Future[CastVote]], list[Future[CastVote]]]
]


@pytest.fixture
def behind(
    database: Database, box: BallotBox, threads: ThreadPoolExecutor, make_proposal: MakeProposal
) -> Behind:
    """Start votes of somebody who is held, as many as are written at once, and let others gather behind them."""
    proposals = [make_proposal() for _ in range(1 + WORTH_A_BATCH)]

    def start(
        slow: Identity, others: list[tuple[Identity, Ballot]]
    ) -> tuple[list[Future[CastVote]], list[Future[CastVote]]]:
        blocked = []
        for written, batch in enumerate((proposals[:1], proposals[1:])):
            blocked += [threads.submit(box.cast, slow, Ballot(proposal, "agree")) for proposal in batch]
            eventually(lambda: len(blocked_backends(database)) == written + 1)  # noqa: B023 - called at once
        gathered = [threads.submit(box.cast, who, ballot) for who, ballot in others]
        eventually(lambda: len(box._waiting) == len(others))
        return blocked, gathered

    return start


def test_votes_that_gather_are_written_in_one_statement_and_each_is_answered_for_itself(
    database: Database, consultation: Consultation, make_proposal: MakeProposal, behind: Behind
) -> None:
    first, proposal, other = someone(database, consultation), make_proposal(), make_proposal()
    voters = [someone(database, consultation) for _ in range(3)]
    with held(database, first):
        blocked, gathered = behind(
            first,
            [
                (voters[0], Ballot(proposal, "agree", ("doable",))),
                (voters[1], Ballot(proposal, "disagree")),
                (voters[2], Ballot(other, "neutral")),
                (Identity("visitor", str(uuid4())), Ballot(proposal, "agree")),
                (voters[0], Ballot(uuid4(), "agree")),
                (voters[0], Ballot(other, "agree", ("noWay",))),
            ],
        )
    assert {vote.result().choice for vote in blocked} == {"agree"}
    assert [vote.result().choice for vote in gathered[:3]] == ["agree", "disagree", "neutral"]
    refusals = [type(vote.exception()) for vote in gathered[3:]]
    assert refusals == [Forbidden, NotFound, Invalid]
    # One statement has one instant.
    assert len({vote.result().voted_at for vote in gathered[:3]}) == 1
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Vote)) == len(blocked) + 3


def test_two_votes_of_one_person_on_one_proposal_that_gather_are_both_given_and_the_last_holds(
    database: Database, consultation: Consultation, make_proposal: MakeProposal, behind: Behind
) -> None:
    first, who, proposal = someone(database, consultation), someone(database, consultation), make_proposal()
    with held(database, first):
        blocked, gathered = behind(
            first, [(who, Ballot(proposal, "agree")), (who, Ballot(proposal, "disagree"))]
        )
    assert all(isinstance(vote.result(), CastVote) for vote in gathered)
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Vote)) == len(blocked) + 1


def test_who_comes_alone_waits_for_what_is_being_written_and_enough_of_them_do_not(
    database: Database,
    consultation: Consultation,
    make_proposal: MakeProposal,
    box: BallotBox,
    threads: ThreadPoolExecutor,
) -> None:
    slow, proposal = someone(database, consultation), make_proposal()
    with held(database, slow):
        blocked = threads.submit(box.cast, slow, Ballot(proposal, "agree"))
        eventually(lambda: blocked_backends(database))
        others = []
        for waiting in [*range(1, WORTH_A_BATCH), 0]:
            assert not any(vote.done() for vote in others)
            others.append(
                threads.submit(box.cast, someone(database, consultation), Ballot(proposal, "agree"))
            )
            eventually(lambda: len(box._waiting) == waiting)  # noqa: B023 - called at once
        assert {vote.result(PATIENCE_S).choice for vote in others} == {"agree"}
        assert not blocked.done()
    assert blocked.result(PATIENCE_S).choice == "agree"


def test_an_error_of_the_database_is_everybodys_in_that_batch_and_nobodys_after_it(
    database: Database,
    consultation: Consultation,
    make_proposal: MakeProposal,
    behind: Behind,
    box: BallotBox,
) -> None:
    first, second, third = (someone(database, consultation) for _ in range(3))
    proposal = make_proposal()
    with held(database, first), held(database, second):
        blocked, gathered = behind(
            first, [(second, Ballot(proposal, "agree")), (third, Ballot(proposal, "agree"))]
        )
        terminate(database, blocked_backends(database))
        assert {type(vote.exception()) for vote in blocked} == {psycopg.errors.AdminShutdown}
        eventually(lambda: blocked_backends(database))
        terminate(database, blocked_backends(database))
        assert [type(vote.exception()) for vote in gathered] == [psycopg.errors.AdminShutdown] * 2
    assert box.cast(third, Ballot(proposal, "agree")).choice == "agree"


def test_thirty_two_newcomers_who_cast_their_first_votes_at_once_all_succeed(
    client: FlaskClient,
    consultation: Consultation,
    make_proposal: MakeProposal,
    tokens: Tokens,
    database: Database,
) -> None:
    proposal, start = make_proposal(), Barrier(NEWCOMERS)
    path = f"/api/consultation/v1/consultations/{consultation.slug}/consent"

    def come() -> list[int]:
        browser, headers = client.application.test_client(), tokens.visitor()
        start.wait()
        consent = browser.post(path, json={"version": 1}, headers=headers)
        vote = browser.put(
            f"/api/consultation/v1/proposals/{proposal}/vote", json={"choice": "agree"}, headers=headers
        )
        return [consent.status_code, vote.status_code]

    with ThreadPoolExecutor(NEWCOMERS) as newcomers:
        answers = [future.result() for future in [newcomers.submit(come) for _ in range(NEWCOMERS)]]
    assert answers == [[201, 200]] * NEWCOMERS
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Vote)) == NEWCOMERS
