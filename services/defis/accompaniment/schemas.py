"""The worklist in JSON."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.paging import PageQuery, page_schema
from libs.chassis.schemas import OneOf, Schema
from services.defis.challenges.rules import Stage
from services.defis.challenges.schemas import DefiSummarySchema


class AccompaniedSchema(DefiSummarySchema):
    """A défi as those who accompany it list it."""

    submitted_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    changed_at = ma.fields.AwareDateTime(
        required=True, metadata={"description": "When something last happened in it."}
    )


class WaitingGateSchema(Schema):
    """A gate to decide."""

    id = ma.fields.UUID(required=True)
    stage = ma.fields.String(required=True)
    state = ma.fields.String(
        required=True,
        metadata={"description": "`asked`, or `appealed`: that one is for the operator's staff."},
    )
    asked_at = ma.fields.AwareDateTime(required=True)
    appealed_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class GateToDecideSchema(AccompaniedSchema):
    """A défi that asks for its next stage."""

    gate = ma.fields.Nested(WaitingGateSchema(), required=True)


class UnansweredSchema(AccompaniedSchema):
    """A défi whose core group has not answered everybody who asks to join."""

    waiting = ma.fields.Integer(required=True, metadata={"description": "How many wait for an answer."})
    since = ma.fields.AwareDateTime(required=True, metadata={"description": "When the first of them asked."})


class WorklistSchema(Schema):
    """What waits, longest first; fifty of each at most."""

    submitted = ma.fields.List(ma.fields.Nested(AccompaniedSchema()), required=True)
    gates = ma.fields.List(ma.fields.Nested(GateToDecideSchema()), required=True)
    without_porteur = ma.fields.List(
        ma.fields.Nested(AccompaniedSchema()),
        required=True,
        metadata={"description": "Running défis that lost their porteur: name one among their members."},
    )
    requests = ma.fields.List(ma.fields.Nested(UnansweredSchema()), required=True)
    silent = ma.fields.Integer(
        required=True, metadata={"description": "Running défis in which nothing happened for thirty days."}
    )
    unanswered_requests = ma.fields.Integer(
        required=True, metadata={"description": "Requests to join that no core group has answered."}
    )


class PortfolioQuery(PageQuery):
    """Which of the accompanied défis."""

    stage = ma.fields.String(load_default=None, validate=OneOf([stage.value for stage in Stage]))
    silent = ma.fields.Boolean(load_default=False)


PORTFOLIO = page_schema(AccompaniedSchema())
