"""Votes that arrive together are written together.

A campaign brings a crowd, and most of what one vote costs is a round trip and a commit. While one thread of a process
waits for the database, the votes of the others gather; then one of these writes all of them in one statement: when the
first is back, or while it is away once they are enough to be worth it. Nobody waits for company: a vote that comes
alone goes at once, and under a crowd the batches grow by themselves.

A refusal is an answer to one vote. An error is the database's condition, and everybody's in that batch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from threading import Lock
from typing import Any

import psycopg

from libs.chassis.db import Database
from libs.chassis.errors import Problem
from services.consultation.participants.rules import Identity
from services.consultation.voting.commands import Ballot, CastVote, Slip, cast_together
from services.consultation.voting.rules import MOST_IN_A_BATCH

MOST_AT_ONCE = 2
"""Batches of one process that are written at once: PostgreSQL makes what commits together durable together."""
WORTH_A_BATCH = 4
"""Votes that do not wait for the batch before them: among four, most of what a vote costs is saved already."""

Answer = CastVote | Problem


class _Voter:
    """A thread that waits for the answer to its vote, or for the batch that it is to write."""

    __slots__ = ("answer", "batch", "slip", "turn")

    def __init__(self, slip: Slip) -> None:
        self.slip = slip
        self.answer: Answer | BaseException | None = None
        self.batch: Sequence[_Voter] = ()
        self.turn = Lock()
        self.turn.acquire()


class BallotBox:
    """The votes of one process on their way to its database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._waiting: deque[_Voter] = deque()
        self._being_written = 0

    def cast(self, who: Identity, ballot: Ballot) -> CastVote:
        """Write what `who` thinks of one proposal, and return once it is durable.

        Raises `Invalid`, `NotFound`, `Forbidden` or `Conflict` with the reason, or what the database raises.
        """
        voter = _Voter(Slip(who, ballot))
        with self._lock:
            self._waiting.append(voter)
            batch = self._next_batch()
        if not batch:
            voter.turn.acquire()
            batch, voter.batch = voter.batch, ()
        if batch:
            self._write(batch, voter)
        if isinstance(voter.answer, BaseException):
            raise voter.answer
        assert voter.answer is not None
        return voter.answer

    def _next_batch(self) -> Sequence[_Voter]:
        """What is to be written now, of what has gathered; nothing while it is better to wait. Under the lock."""
        gathered = len(self._waiting)
        if self._being_written and (self._being_written == MOST_AT_ONCE or gathered < WORTH_A_BATCH):
            return ()
        self._being_written += gathered > 0
        return [self._waiting.popleft() for _ in range(min(gathered, MOST_IN_A_BATCH))]

    def _write(self, batch: Sequence[_Voter], writer: _Voter) -> None:
        """Write a batch, which fell to one of its voters; let the next one begin, then tell the others of this one."""
        try:
            self._answer(batch)
        finally:
            with self._lock:
                self._being_written -= 1
                following = self._next_batch()
            if following:
                following[0].batch = following
                following[0].turn.release()
            for voter in batch:
                if voter is not writer:
                    voter.turn.release()

    def _answer(self, batch: Sequence[_Voter]) -> None:
        answers: Sequence[Answer | BaseException]
        try:
            with self._database.autocommit() as connection:
                answers = _cast(connection, [voter.slip for voter in batch])
        except BaseException as error:  # noqa: BLE001 - raised again in the thread of each
            answers = [error] * len(batch)
        for voter, answer in zip(batch, answers, strict=True):
            voter.answer = answer


def _cast(connection: psycopg.Connection[Any], slips: Sequence[Slip]) -> list[Answer]:
    try:
        return cast_together(connection, slips)
    except psycopg.errors.DeadlockDetected:
        # Somebody changes many participants at once, in another order. One vote alone holds nothing to wait for.
        return [answer for slip in slips for answer in cast_together(connection, [slip])]
