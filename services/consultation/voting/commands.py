"""Casting and withdrawing votes: the hot path of the whole platform.

One SQL statement in one autocommit round trip finds the proposals, checks the hours of their consultations and the
consent of those who vote, writes the votes, and brings back enough to say exactly why one was not. A single vote is a
batch of one; `ballot_box.py` makes one batch of what arrives together.

Individual votes are never events and never logged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
class Slip:
    """A ballot, and whose it is."""

    who: Identity
    ballot: Ballot


@dataclass(frozen=True, slots=True)
class CastVote:
    """A vote as it now stands."""

    proposal_id: UUID
    choice: VoteKey
    qualifiers: tuple[QualifierKey, ...]
    voted_at: datetime


# The participants' rows are locked for the length of the statement, so that a withdrawal of consent, which changes one,
# comes wholly before its vote (which then finds no consent) or wholly after (and deletes it). Rows are locked and votes
# are written in the order of their keys, so that two batches never wait for each other in a circle.
#
# Planning such a statement takes twice as long as running it, so one plan has to serve every batch. Behind a SELECT the
# planner cannot see how many votes were sent, finds no plan better than the one it keeps, and stops looking for one;
# behind LATERAL it can find participants by their key alone, however few there were when it made the plan.
_TARGETS = """
    WITH target AS (
        SELECT b.*, p.consultation_id, p.state, c.opens_at, c.closes_at, c.archived_at, c.consent_version,
               coalesce(p.author_subject::text = b.subject AND b.class = 'account', false) AS by_caller,
               coalesce(%(at)s::timestamptz, now()) AS now
        FROM unnest((SELECT %(classes)s::text[]), (SELECT %(subjects)s::text[]), (SELECT %(proposals)s::uuid[]),
                    (SELECT %(choices)s::smallint[]), (SELECT %(qualifiers)s::smallint[]))
             WITH ORDINALITY AS b (class, subject, proposal_id, choice, qualifiers, place)
        JOIN proposal p ON p.id = b.proposal_id
        JOIN consultation c ON c.id = p.consultation_id AND c.slug = coalesce(%(slug)s, c.slug)
    ), voter AS (
        SELECT t.place, v.id, v.consent_version = t.consent_version AS consented
        FROM (SELECT * FROM target ORDER BY class, subject, consultation_id) t
        CROSS JOIN LATERAL (
            SELECT id, consent_version FROM participant
            WHERE consultation_id = t.consultation_id AND class = t.class AND subject = t.subject
                  AND withdrawn_at IS NULL
            FOR SHARE
        ) v
    )"""
_ANSWER = """
    SELECT t.place, t.state, t.by_caller, t.opens_at, t.closes_at, t.archived_at, t.now,
           coalesce(v.consented, false) AS consented, d.proposal_id IS NOT NULL AS done
    FROM target t
    LEFT JOIN voter v USING (place)
    LEFT JOIN done d ON d.participant_id = v.id AND d.proposal_id = t.proposal_id"""
_OPEN = "t.archived_at IS NULL AND t.opens_at <= t.now AND t.now < t.closes_at"
_CAST = f"""{_TARGETS}, done AS (
        INSERT INTO vote
            (participant_id, proposal_id, consultation_id, choice, qualifiers, provenance, verified, voted_at)
        SELECT v.id, t.proposal_id, t.consultation_id, t.choice, t.qualifiers,
               %(provenance)s, %(verified)s, t.now
        FROM target t JOIN voter v USING (place)
        WHERE v.consented AND t.state = 'accepted' AND {_OPEN}
        ORDER BY v.id, t.proposal_id
        ON CONFLICT (participant_id, proposal_id) DO UPDATE
            SET choice = excluded.choice, qualifiers = excluded.qualifiers, provenance = excluded.provenance,
                verified = excluded.verified, voted_at = excluded.voted_at
        RETURNING participant_id, proposal_id
    ){_ANSWER}"""  # noqa: S608 - put together from this module's own constants
_WITHDRAW = f"""{_TARGETS}, done AS (
        DELETE FROM vote USING target t JOIN voter v USING (place)
        WHERE vote.participant_id = v.id AND vote.proposal_id = t.proposal_id AND {_OPEN}
        RETURNING vote.participant_id, vote.proposal_id
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
    """Cast several votes of one person, in their order; each is answered with the vote or the problem that refused it.

    With `slug`, proposals of other consultations are unknown here. A proposal that stands several times is voted on
    several times, and the last vote holds.
    """
    slips = [Slip(who, ballot) for ballot in ballots]
    return cast_together(connection, slips, slug=slug, provenance=provenance, at=at)


def cast_together(
    connection: psycopg.Connection[Any],
    slips: Sequence[Slip],
    *,
    slug: str | None = None,
    provenance: Provenance = Provenance.SEQUENCE,
    at: datetime | None = None,
) -> list[CastVote | Problem]:
    """The same for votes of several people, none of which depends on another's."""
    mode = {"slug": slug, "provenance": provenance, "verified": provenance not in UNVERIFIED, "at": at}
    return [answer for run in _runs(slips) for answer in _cast_run(connection, run, mode)]


def withdraw_vote(
    connection: psycopg.Connection[Any], who: Identity, proposal_id: UUID, *, at: datetime | None = None
) -> None:
    """Delete the vote of `who` on a proposal; nothing happens where there is none.

    Raises `NotFound`, or `Conflict` when the consultation is not open: results that are final stay as they are.
    """
    slip = Slip(who, Ballot(proposal_id, "neutral"))
    (facts,) = _execute(connection, _WITHDRAW, [slip], {"slug": None, "at": at})
    refusal = refusal_to_withdraw(facts)
    if refusal is not None:
        raise refusal


def delete_votes_of(session: Session, participant_id: UUID) -> int:
    """Delete every vote of a participant, whose consent is gone. Returns how many there were."""
    deleted = delete(Vote).where(Vote.participant_id == participant_id).returning(Vote.proposal_id)
    return len(session.scalars(deleted).all())


def _runs(slips: Sequence[Slip]) -> Iterator[list[Slip]]:
    """The slips in their order, cut where a vote comes again: one statement writes a row at most once."""
    run: dict[tuple[Identity, UUID], Slip] = {}
    for slip in slips:
        row = (slip.who, slip.ballot.proposal_id)
        if row in run:
            yield list(run.values())
            run = {}
        run[row] = slip
    if run:
        yield list(run.values())


def _cast_run(
    connection: psycopg.Connection[Any], slips: Sequence[Slip], mode: Mapping[str, Any]
) -> Iterator[CastVote | Problem]:
    problems = [_problem_of(slip.ballot) for slip in slips]
    sound = [slip for slip, problem in zip(slips, problems, strict=True) if problem is None]
    found = iter(_execute(connection, _CAST, sound, mode) if sound else ())
    for slip, problem in zip(slips, problems, strict=True):
        yield problem or _answer(slip.ballot, next(found))


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
    connection: psycopg.Connection[Any],
    statement: LiteralString,
    slips: Sequence[Slip],
    mode: Mapping[str, Any],
) -> list[Facts | None]:
    """Run one of the two statements; what it found for each slip, in their order."""
    values = {
        "classes": [slip.who.class_ for slip in slips],
        "subjects": [slip.who.subject for slip in slips],
        "proposals": _array(slip.ballot.proposal_id for slip in slips),
        "choices": _array(CHOICE_CODES[slip.ballot.choice] for slip in slips),
        "qualifiers": _array(mask_of(slip.ballot.qualifiers) for slip in slips),
    }
    with connection.cursor(row_factory=class_row(Facts)) as cursor:
        cursor.execute(statement, {**values, **mode})
        found = {facts.place: facts for facts in cursor}
    return [found.get(place) for place in range(1, len(slips) + 1)]


def _array(values: Iterable[UUID | int]) -> str:
    """An array as PostgreSQL reads it; psycopg looks at the type of every item, which takes five times as long."""
    return f"{{{','.join(map(str, values))}}}"
