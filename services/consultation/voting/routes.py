"""Votes over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from libs.chassis.errors import Problem
from libs.chassis.problems import problem_document
from libs.chassis.web import Blueprint, autocommit, extension, participant, principal, transaction
from services.consultation.consultations.queries import get_consultation
from services.consultation.participants.rules import Identity
from services.consultation.voting import commands, queries
from services.consultation.voting.commands import Ballot, CastVote
from services.consultation.voting.schemas import (
    BALLOT,
    VOTE,
    BatchAnswersSchema,
    BatchSchema,
    Unreadable,
)

blueprint = Blueprint(
    "voting", __name__, url_prefix="/v1", description="Votes; everyone sees only their own."
)


@blueprint.put("/proposals/<uuid:proposal_id>/vote")
@participant
@blueprint.arguments(BALLOT)
@blueprint.response(200, VOTE)
def cast_vote(sent: dict[str, Any], proposal_id: UUID) -> Any:
    """Vote on a proposal; a vote given before is replaced, with its qualifiers."""
    ballot = Ballot(proposal_id, sent["choice"], tuple(sent["qualifiers"]))
    return extension("consultation.ballots").cast(Identity.of(principal()), ballot)


@blueprint.get("/proposals/<uuid:proposal_id>/vote")
@participant
@blueprint.response(200, VOTE)
def show_own_vote(proposal_id: UUID) -> Any:
    """The caller's own vote on a proposal."""
    with transaction() as session:
        return queries.get_own_vote(session, Identity.of(principal()), proposal_id)


@blueprint.delete("/proposals/<uuid:proposal_id>/vote")
@participant
@blueprint.response(204)
def withdraw_vote(proposal_id: UUID) -> None:
    """Take a vote back, while the consultation is open."""
    with autocommit() as connection:
        commands.withdraw_vote(connection, Identity.of(principal()), proposal_id)


@blueprint.post("/consultations/<slug:slug>/votes")
@participant
@blueprint.arguments(BatchSchema())
@blueprint.response(200, BatchAnswersSchema())
def cast_votes(batch: dict[str, list[Ballot | Unreadable]], slug: str) -> Any:
    """Vote on several proposals of a consultation; each is answered on its own, in the order sent."""
    with transaction() as session:
        get_consultation(session, slug)
    ballots = [item for item in batch["votes"] if isinstance(item, Ballot)]
    with autocommit() as connection:
        answers = commands.cast_votes(connection, Identity.of(principal()), ballots, slug=slug)
    items = _in_order(batch["votes"], answers)
    extension("consultation.batched_votes").count(items)
    return {"items": items}


def _in_order(
    sent: Sequence[Ballot | Unreadable], answers: Sequence[CastVote | Problem]
) -> list[dict[str, Any]]:
    """An answer for each item sent: that of its ballot, or why it is none."""
    of_ballots = iter(answers)
    return [
        _refused(item.proposal, item.problem)
        if isinstance(item, Unreadable)
        else _answered(item.proposal_id, next(of_ballots))
        for item in sent
    ]


def _answered(proposal: UUID, answer: CastVote | Problem) -> dict[str, Any]:
    if isinstance(answer, Problem):
        return _refused(str(proposal), answer)
    return {"proposal": proposal, "status": 200, "vote": answer}


def _refused(proposal: str | None, problem: Problem) -> dict[str, Any]:
    return {"proposal": proposal, "status": problem.status, "problem": problem_document(problem)}
