"""Votes in JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from libs.chassis.errors import Problem
from libs.chassis.schemas import ItemCount, OneOf, Schema, Text, invalid
from services.consultation.scoring.rules import QUALIFIER_KEYS
from services.consultation.voting.commands import Ballot
from services.consultation.voting.rules import CHOICES, MOST_IN_A_BATCH


class BallotSchema(Schema):
    """What to say of a proposal. Qualifiers are of the side of the choice, at most three."""

    choice = ma.fields.String(required=True, validate=OneOf(CHOICES))
    qualifiers = ma.fields.List(
        ma.fields.String(validate=OneOf(QUALIFIER_KEYS)), load_default=list, validate=ItemCount(max=9)
    )
    key = Text(
        longest=500,
        load_default=None,
        allow_none=True,
        metadata={"description": "What was served with the card, where something was."},
    )


class BatchedBallotSchema(BallotSchema):
    """One vote of a batch."""

    proposal = ma.fields.UUID(required=True)

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> Ballot:
        """The command's argument."""
        return Ballot(data["proposal"], data["choice"], tuple(data["qualifiers"]))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item of a batch that is no ballot, with the proposal it names, if it names one."""

    proposal: str | None
    problem: Problem


class EachOnItsOwn(ma.fields.Nested):
    """A nested object which, when it does not fit, is loaded as `Unreadable`: it refuses only itself."""

    def deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        """The loaded object, or an `Unreadable`."""
        try:
            return super().deserialize(value, *arguments, **options)
        except ma.ValidationError as error:
            named = value.get("proposal") if isinstance(value, dict) else None
            return Unreadable(named if isinstance(named, str) else None, invalid(error.messages))


class BatchSchema(Schema):
    """Several votes, each answered on its own."""

    votes = ma.fields.List(
        EachOnItsOwn(BatchedBallotSchema()), required=True, validate=ItemCount(min=1, max=MOST_IN_A_BATCH)
    )


class VoteSchema(Schema):
    """The caller's vote on a proposal."""

    proposal = ma.fields.UUID(required=True, attribute="proposal_id")
    choice = ma.fields.String(required=True)
    qualifiers = ma.fields.List(ma.fields.String(), required=True)
    voted_at = ma.fields.AwareDateTime(required=True)


class BatchAnswerSchema(Schema):
    """What became of one vote of a batch: the vote, or the problem that refused it."""

    proposal = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "As it was sent, or null where none was."}
    )
    status = ma.fields.Integer(required=True)
    vote = ma.fields.Nested(VoteSchema())
    problem = ma.fields.Dict()


class BatchAnswersSchema(Schema):
    """What became of each vote, in the order they were sent."""

    items = ma.fields.List(ma.fields.Nested(BatchAnswerSchema()), required=True)


BALLOT = BallotSchema()
VOTE = VoteSchema()
