"""Casting and withdrawing votes: the hot path of the whole platform.

One SQL statement in one autocommit round trip finds the proposal, checks the consultation's hours and the
participant's consent, writes the vote, and brings back enough to say exactly why it did not. A single vote is a
batch of one. The demo's loader and the bench call `cast_vote` as the route does.

Individual votes are never events and never logged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from sqlalchemy import delete
from sqlalchemy.orm import Session

from libs.chassis.errors import Problem
from services.consultation.participants.rules import Identity
from services.consultation.scoring.rules import QualifierKey, VoteKey
from services.consultation.voting.models import Vote
from services.consultation.voting.rules import (
    CHOICE_CODES,
    UNVERIFIED,
    Facts,
    Provenance,
    check_ballot,
    mask_of,
    refusal_to_cast,
    refusal_to_withdraw,
    unknown_proposal,
)


@dataclass(frozen=True, slots=True)
class Ballot:
    """What somebody wants to say of one proposal."""

    proposal_id: UUID
    choice: VoteKey
    qualifiers: tuple[QualifierKey, ...] = ()


@dataclass(frozen=True, slots=True)
class CastVote:
    """A vote as it now stands."""

    proposal_id: UUID
    choice: VoteKey
    qualifiers: tuple[QualifierKey, ...]
    voted_at: datetime


# The participant's row is locked for the length of the statement, so that a withdrawal of consent, which changes it,
# comes wholly before this vote (which then finds no consent) or wholly after (and deletes it). Votes are written in
# the order of their proposals, so that two batches of one participant never wait for each other in a circle.
_TARGETS = """
    WITH target AS (
        SELECT b.*, p.consultation_id, p.state, c.opens_at, c.closes_at, c.archived_at, c.consent_version,
               coalesce(p.author_subject::text = %(subject)s AND %(class)s = 'account', false) AS by_caller,
               coalesce(%(at)s::timestamptz, now()) AS now
        FROM unnest(%(proposals)s::uuid[], %(choices)s::smallint[], %(qualifiers)s::smallint[])
             AS b (proposal_id, choice, qualifiers)
        JOIN proposal p ON p.id = b.proposal_id
        JOIN consultation c ON c.id = p.consultation_id AND c.slug = coalesce(%(slug)s, c.slug)
    ), voter AS (
        SELECT t.proposal_id, v.id, v.consent_version = t.consent_version AS consented
        FROM target t
        JOIN participant v ON v.consultation_id = t.consultation_id
             AND v.class = %(class)s AND v.subject = %(subject)s
        WHERE v.withdrawn_at IS NULL
        FOR SHARE OF v
    )"""
_ANSWER = """
    SELECT t.proposal_id, t.state, t.by_caller, t.opens_at, t.closes_at, t.archived_at, t.now,
           coalesce(v.consented, false) AS consented, d.proposal_id IS NOT NULL AS done
    FROM target t
    LEFT JOIN voter v USING (proposal_id)
    LEFT JOIN done d USING (proposal_id)"""
_OPEN = "t.archived_at IS NULL AND t.opens_at <= t.now AND t.now < t.closes_at"
_CAST = f"""{_TARGETS}, done AS (
        INSERT INTO vote
            (participant_id, proposal_id, consultation_id, choice, qualifiers, provenance, verified, voted_at)
        SELECT v.id, t.proposal_id, t.consultation_id, t.choice, t.qualifiers,
               %(provenance)s, %(verified)s, t.now
        FROM target t JOIN voter v USING (proposal_id)
        WHERE v.consented AND t.state = 'accepted' AND {_OPEN}
        ORDER BY t.proposal_id
        ON CONFLICT (participant_id, proposal_id) DO UPDATE
            SET choice = excluded.choice, qualifiers = excluded.qualifiers, provenance = excluded.provenance,
                verified = excluded.verified, voted_at = excluded.voted_at
        RETURNING proposal_id
    ){_ANSWER}"""  # noqa: S608 - put together from this module's own constants
_WITHDRAW = f"""{_TARGETS}, done AS (
        DELETE FROM vote USING target t JOIN voter v USING (proposal_id)
        WHERE vote.participant_id = v.id AND vote.proposal_id = t.proposal_id AND {_OPEN}
        RETURNING vote.proposal_id
    ){_ANSWER}"""  # noqa: S608


def cast_vote(
    connection: psycopg.Connection[Any],
    who: Identity,
    ballot: Ballot,
    *,
    provenance: Provenance = Provenance.SEQUENCE,
    at: datetime | None = None,
) -> CastVote:
    """Write what `who` thinks of one proposal, in place of what they thought before.

    `connection` is in autocommit (`Database.autocommit`); `at` is the instant of the vote, the database's clock
    where it is not given. Raises `Invalid`, `NotFound`, `Forbidden` or `Conflict` with the reason.
    """
    (answer,) = cast_votes(connection, who, [ballot], provenance=provenance, at=at)
    if isinstance(answer, Problem):
        raise answer
    return answer


def cast_votes(
    connection: psycopg.Connection[Any],
    who: Identity,
    ballots: Sequence[Ballot],
    *,
    slug: str | None = None,
    provenance: Provenance = Provenance.SEQUENCE,
    at: datetime | None = None,
) -> list[CastVote | Problem]:
    """Cast several votes, in their order; the answer of each is the vote or the problem that refused it alone.

    With `slug`, proposals of other consultations are unknown here. A proposal that stands several times is voted on
    several times, and the last vote holds.
    """
    mode = {"slug": slug, "provenance": provenance, "verified": provenance not in UNVERIFIED, "at": at}
    return [answer for run in _runs(ballots) for answer in _cast_run(connection, who, run, mode)]


def withdraw_vote(
    connection: psycopg.Connection[Any], who: Identity, proposal_id: UUID, *, at: datetime | None = None
) -> None:
    """Delete the vote of `who` on a proposal; nothing happens where there is none.

    Raises `NotFound`, or `Conflict` when the consultation is not open: results that are final stay as they are.
    """
    row = {"proposals": [proposal_id], "choices": [0], "qualifiers": [0], "slug": None, "at": at}
    facts = _execute(connection, _WITHDRAW, who, row).get(proposal_id)
    refusal = refusal_to_withdraw(facts)
    if refusal is not None:
        raise refusal


def delete_votes_of(session: Session, participant_id: UUID) -> int:
    """Delete every vote of a participant, whose consent is gone. Returns how many there were."""
    deleted = delete(Vote).where(Vote.participant_id == participant_id).returning(Vote.proposal_id)
    return len(session.scalars(deleted).all())


def _runs(ballots: Sequence[Ballot]) -> Iterator[list[Ballot]]:
    """The ballots in their order, cut where a proposal comes again: one statement writes a row at most once."""
    run: dict[UUID, Ballot] = {}
    for ballot in ballots:
        if ballot.proposal_id in run:
            yield list(run.values())
            run = {}
        run[ballot.proposal_id] = ballot
    if run:
        yield list(run.values())


def _cast_run(
    connection: psycopg.Connection[Any], who: Identity, ballots: Sequence[Ballot], mode: Mapping[str, Any]
) -> Iterator[CastVote | Problem]:
    unsound = {ballot.proposal_id: problem for ballot in ballots if (problem := _problem_of(ballot))}
    sound = [ballot for ballot in ballots if ballot.proposal_id not in unsound]
    rows = {
        "proposals": [ballot.proposal_id for ballot in sound],
        "choices": [CHOICE_CODES[ballot.choice] for ballot in sound],
        "qualifiers": [mask_of(ballot.qualifiers) for ballot in sound],
    }
    found = _execute(connection, _CAST, who, {**rows, **mode}) if sound else {}
    for ballot in ballots:
        yield unsound.get(ballot.proposal_id) or _answer(ballot, found.get(ballot.proposal_id))


def _problem_of(ballot: Ballot) -> Problem | None:
    try:
        check_ballot(ballot.choice, ballot.qualifiers)
    except Problem as problem:
        return problem
    return None


def _answer(ballot: Ballot, facts: Facts | None) -> CastVote | Problem:
    refusal = refusal_to_cast(facts)
    if refusal is not None or facts is None:
        return refusal or unknown_proposal()
    return CastVote(ballot.proposal_id, ballot.choice, ballot.qualifiers, facts.now)


def _execute(
    connection: psycopg.Connection[Any], statement: LiteralString, who: Identity, values: Mapping[str, Any]
) -> dict[UUID, Facts]:
    """Run one of the two statements and return what it found, by proposal."""
    with connection.cursor(row_factory=class_row(Facts)) as cursor:
        cursor.execute(statement, {**values, "class": who.class_, "subject": who.subject})
        return {facts.proposal_id: facts for facts in cursor}
