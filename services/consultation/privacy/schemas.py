"""What is held of somebody, out."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from libs.chassis.schemas import Schema


class HeldConsentSchema(Schema):
    """A consent, and whether it was taken back."""

    consultation = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    consented_at = ma.fields.AwareDateTime(required=True)
    withdrawn_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class HeldVoteSchema(Schema):
    """A vote. `proposal` is its text, null where it was refused since."""

    consultation = ma.fields.String(required=True)
    proposal_id = ma.fields.UUID(required=True)
    proposal = ma.fields.String(required=True, allow_none=True)
    choice = ma.fields.String(required=True)
    qualifiers = ma.fields.List(ma.fields.String(), required=True)
    provenance = ma.fields.String(required=True)
    voted_at = ma.fields.AwareDateTime(required=True)


class HeldProposalSchema(Schema):
    """A proposal of the caller's, whatever became of it, with what a moderator wrote to them."""

    id = ma.fields.UUID(required=True)
    consultation = ma.fields.String(required=True)
    text = ma.fields.String(required=True)
    language = ma.fields.String(required=True)
    state = ma.fields.String(required=True)
    reason = ma.fields.String(required=True, allow_none=True)
    note = ma.fields.String(required=True, allow_none=True)
    submitted_at = ma.fields.AwareDateTime(required=True)
    decided_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class HeldPlaceSchema(Schema):
    """A place in a workshop, or on its waiting list."""

    workshop_id = ma.fields.UUID(required=True)
    title = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)
    starts_at = ma.fields.AwareDateTime(required=True)
    state = ma.fields.String(required=True)
    asked_at = ma.fields.AwareDateTime(required=True)


class HeldDecisionSchema(Schema):
    """What the caller decided on a proposal, as a moderator."""

    proposal_id = ma.fields.UUID(required=True)
    state = ma.fields.String(required=True)
    reason = ma.fields.String(required=True, allow_none=True)
    note = ma.fields.String(required=True, allow_none=True)
    decided_at = ma.fields.AwareDateTime(required=True)


class InHandSchema(Schema):
    """A proposal that the caller holds to decide on it."""

    proposal_id = ma.fields.UUID(required=True)
    locked_until = ma.fields.AwareDateTime(required=True)


class MeasuredSchema(Schema):
    """An action that the caller measures."""

    action_id = ma.fields.UUID(required=True)
    title = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)


def _all(schema: ma.Schema) -> ma.fields.List[Any]:
    return ma.fields.List(ma.fields.Nested(schema), required=True)


class HeldSchema(Schema):
    """Everything held of the caller here."""

    consents = _all(HeldConsentSchema())
    votes = _all(HeldVoteSchema())
    proposals = _all(HeldProposalSchema())
    workshop_places = _all(HeldPlaceSchema())
    decisions = _all(HeldDecisionSchema())
    proposals_in_hand = _all(InHandSchema())
    actions_measured = _all(MeasuredSchema())
