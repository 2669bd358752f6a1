"""Proposals in JSON."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import validate
from webargs.fields import DelimitedList

from libs.chassis.paging import page_schema
from libs.chassis.schemas import ItemCount, Schema, Text
from services.consultation.moderation.rules import Reason
from services.consultation.proposals.models import STATES
from services.consultation.proposals.rules import LONGEST_INPUT
from services.consultation.tallies.schemas import TallySchema


class ProposalSchema(Schema):
    """A proposal as its reader sees it."""

    id = ma.fields.UUID(required=True)
    consultation = ma.fields.String(required=True, metadata={"description": "The slug of its consultation."})
    text = ma.fields.String(required=True)
    language = ma.fields.String(required=True)
    state = ma.fields.String(required=True, validate=validate.OneOf(STATES))
    reason = ma.fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf([reason.value for reason in Reason]),
        metadata={"description": "Why it was refused."},
    )
    note = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "What the moderator wrote to the author."}
    )
    submitted_at = ma.fields.AwareDateTime(required=True)
    tally = ma.fields.Nested(TallySchema(), required=True)


class NewProposalSchema(Schema):
    """What an account proposes."""

    text = Text(longest=LONGEST_INPUT, required=True)
    language = Text(longest=8, load_default=None)


class SimilarQuery(Schema):
    """The text, finished or not, that similar proposals are looked for."""

    text = Text(longest=LONGEST_INPUT, required=True)
    language = Text(longest=8, load_default=None)


class SimilarSchema(Schema):
    """Proposals that say nearly the same, the nearest first."""

    items = ma.fields.List(ma.fields.Nested(ProposalSchema()), required=True)


class NamedQuery(Schema):
    """Which proposals, by their ids, with commas between."""

    ids = DelimitedList(ma.fields.UUID(), required=True, validate=ItemCount(min=1, max=100))


class NamedSchema(Schema):
    """The proposals asked for, in that order; those that the caller may not know of are left out."""

    items = ma.fields.List(ma.fields.Nested(ProposalSchema()), required=True)


PROPOSAL = ProposalSchema()
PROPOSALS = page_schema(PROPOSAL)
