"""What happens when two things happen at once: real threads on a real database."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from libs.chassis.db import Database
from libs.chassis.errors import Forbidden
from libs.chassis.ids import uuid4
from services.consultation.consultations.models import Consultation
from services.consultation.participants.commands import give_consent, withdraw_consent
from services.consultation.participants.rules import Identity
from services.consultation.scoring.rules import VoteKey
from services.consultation.tallies.queries import tally_of
from services.consultation.voting.commands import Ballot, CastVote, cast_vote, cast_votes
from services.consultation.voting.rules import CHOICES
from tests.consultation.at_once import together
from tests.consultation.conftest import MakeProposal
from tests.consultation.votes import votes

ROUNDS = 15


def consenting(database: Database, consultation: Consultation) -> Identity:
    who = Identity("visitor", str(uuid4()))
    with database.transaction() as session:
        give_consent(session, consultation, who, 1, datetime.now(UTC))
    return who


def test_first_votes_of_one_participant_that_arrive_at_once_make_one_vote(
    database: Database, consultation: Consultation, make_proposal: MakeProposal
) -> None:
    for round_ in range(ROUNDS):
        who, proposal = consenting(database, consultation), make_proposal()

        def vote(choice: VoteKey, who: Identity = who, proposal: UUID = proposal) -> CastVote:
            with database.autocommit() as connection:
                return cast_vote(connection, who, Ballot(proposal, choice))

        done = together(*(partial(vote, choice) for choice in (*CHOICES, *CHOICES)))
        assert all(isinstance(future.result(), CastVote) for future in done)
        assert votes(database) == round_ + 1
        with database.transaction() as session:
            assert tally_of(session, proposal).total == 1


def test_no_vote_survives_a_consent_that_is_withdrawn_meanwhile(
    database: Database, consultation: Consultation, make_proposal: MakeProposal
) -> None:
    proposals = [make_proposal() for _ in range(20)]
    for _ in range(ROUNDS):
        who = consenting(database, consultation)

        def vote(who: Identity = who) -> None:
            for proposal in proposals:
                with database.autocommit() as connection:
                    cast_vote(connection, who, Ballot(proposal, "agree"))

        def withdraw(who: Identity = who) -> None:
            with database.transaction() as session:
                withdraw_consent(session, consultation, who, datetime.now(UTC))

        voting, withdrawing = together(vote, withdraw)
        withdrawing.result()
        assert isinstance(voting.exception(), Forbidden | None)
        assert votes(database) == 0 or voting.exception() is None
        with database.transaction() as session:
            withdraw_consent(session, consultation, who, datetime.now(UTC))
        assert votes(database) == 0


def test_batches_of_one_participant_in_opposite_orders_do_not_block_each_other(
    database: Database, consultation: Consultation, make_proposal: MakeProposal
) -> None:
    who, proposals = consenting(database, consultation), [make_proposal() for _ in range(40)]

    def vote(order: list[UUID], choice: Any) -> list[Any]:
        with database.autocommit() as connection:
            return cast_votes(connection, who, [Ballot(proposal, choice) for proposal in order])

    for _ in range(5):
        done = together(lambda: vote(proposals, "agree"), lambda: vote(proposals[::-1], "disagree"))
        assert all(isinstance(answer, CastVote) for future in done for answer in future.result())
    assert votes(database) == 40
