"""Votes that arrive together are written together.

A campaign brings a crowd, and most of what one vote costs is a round trip and a commit. While one thread of a process
waits for the database, the votes of the others gather; then the first of these writes all of them in one statement.
Nobody waits for company: a vote that comes alone goes at once, and under a crowd the batches grow by themselves.

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

Answer = CastVote | Problem


class _Voter:
    """A thread that waits for the answer to its vote, or for its turn to write."""

    __slots__ = ("answer", "slip", "turn")

    def __init__(self, slip: Slip) -> None:
        self.slip = slip
        self.answer: Answer | BaseException | None = None
        self.turn = Lock()
        self.turn.acquire()


class BallotBox:
    """The votes of one process on their way to its database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._waiting: deque[_Voter] = deque()
        self._someone_writes = False

    def cast(self, who: Identity, ballot: Ballot) -> CastVote:
        """Write what `who` thinks of one proposal, and return once it is durable.

        Raises `Invalid`, `NotFound`, `Forbidden` or `Conflict` with the reason, or what the database raises.
        """
        voter = _Voter(Slip(who, ballot))
        with self._lock:
            self._waiting.append(voter)
            first, self._someone_writes = not self._someone_writes, True
        if not first:
            voter.turn.acquire()
        if voter.answer is None:
            self._write()
        if isinstance(voter.answer, BaseException):
            raise voter.answer
        assert voter.answer is not None
        return voter.answer

    def _write(self) -> None:
        """Write what has gathered, let the next writer begin, then tell the others of this batch."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_IN_A_BATCH))]
        try:
            self._answer(batch)
        finally:
            with self._lock:
                self._someone_writes = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].turn.release()
            for voter in batch[1:]:
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
