"""Consultations in JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from libs.chassis.paging import PageQuery, page_schema
from libs.chassis.schemas import ItemCount, Range, Schema, Text
from services.consultation.consultations.commands import NewConsultation
from services.consultation.consultations.rules import Status
from services.consultation.fields import Instant, LanguageCode, LocalisedText, Slug


class CauseReference(Schema):
    """The cause a consultation belongs to."""

    slug = ma.fields.String(required=True)
    title = ma.fields.Dict(required=True)


class ProposalLength(Schema):
    """Characters of a proposal, prefix included."""

    min = ma.fields.Integer(required=True, strict=True, validate=Range(min=1, max=1000))
    max = ma.fields.Integer(required=True, strict=True, validate=Range(min=1, max=1000))


class ConsultationSchema(Schema):
    """A consultation as anyone reads it. Texts are objects by language."""

    id = ma.fields.UUID(required=True)
    slug = ma.fields.String(required=True)
    cause = ma.fields.Nested(CauseReference(), required=True, allow_none=True)
    title = ma.fields.Dict(required=True)
    question = ma.fields.Dict(required=True)
    introduction = ma.fields.Dict(required=True)
    languages = ma.fields.List(ma.fields.String(), required=True)
    opens_at = ma.fields.AwareDateTime(required=True)
    closes_at = ma.fields.AwareDateTime(required=True)
    status = ma.fields.Enum(Status, by_value=True, required=True)
    archived = ma.fields.Boolean(required=True)
    can_propose = ma.fields.Boolean(required=True)
    votes_target = ma.fields.Integer(required=True, allow_none=True)
    proposal_prefix = ma.fields.String(required=True)
    proposal_length = ma.fields.Nested(ProposalLength(), required=True)
    participants = ma.fields.Integer(required=True, metadata={"description": "With at least one vote."})
    votes = ma.fields.Integer(required=True)
    proposals = ma.fields.Integer(required=True, metadata={"description": "Accepted ones."})
    provenance = ma.fields.Dict(
        allow_none=True, metadata={"description": "Where an imported one comes from, with its attribution."}
    )


class ConsultationsQuery(PageQuery):
    """A page of consultations, of one cause if named."""

    cause = Slug(load_default=None)


class GovernanceSchema(Schema):
    """Who answers for the personal data, and until when it is kept. Whatever is missing is named in the refusal."""

    controllers = ma.fields.List(Text(longest=200), validate=ItemCount(max=20))
    dpo = Text(longest=200)
    impact_assessment = Text(longest=200)
    minimum_age = ma.fields.Integer(strict=True, validate=Range(min=1, max=120))
    votes_kept_until = ma.fields.Date()
    contacts_kept_until = ma.fields.Date()

    @ma.post_load
    def plain(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The document that is stored: dates as ISO 8601 texts."""
        dates = {name: data[name].isoformat() for name in data if name.endswith("_until")}
        return {**data, **dates}


class KeptGovernanceSchema(Schema):
    """What was settled before the consultation could open, as it is kept; null for an import."""

    governance = ma.fields.Dict(required=True, allow_none=True)


class ConsentTextSchema(Schema):
    """What people are asked to agree to before their first vote."""

    version = ma.fields.Integer(load_default=1, strict=True, validate=Range(min=1, max=10_000))
    text = LocalisedText(required=True, longest=5000, multiline=True)


class NewConsultationSchema(Schema):
    """What a coordinator prepares a consultation with. `cause` is the slug of its cause."""

    cause = Slug(required=True)
    slug = Slug(required=True)
    title = LocalisedText(required=True, longest=200)
    question = LocalisedText(required=True, longest=300)
    introduction = LocalisedText(required=True, longest=5000, multiline=True)
    languages = ma.fields.List(LanguageCode(), load_default=lambda: ["fr"], validate=ItemCount(min=1, max=24))
    opens_at = Instant(required=True)
    closes_at = Instant(required=True)
    can_propose = ma.fields.Boolean(load_default=True)
    votes_target = ma.fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=Range(min=1, max=1_000_000_000)
    )
    proposal_prefix = Text(longest=50, shortest=0, load_default="Il faut")
    proposal_length = ma.fields.Nested(ProposalLength(), load_default=lambda: {"min": 12, "max": 140})
    consent = ma.fields.Nested(ConsentTextSchema(), required=True)
    governance = ma.fields.Nested(GovernanceSchema(), load_default=dict)

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> tuple[str, NewConsultation]:
        """The cause's slug and the command's argument."""
        length, consent = data.pop("proposal_length"), data.pop("consent")
        cause, languages = data.pop("cause"), tuple(data.pop("languages"))
        return cause, NewConsultation(
            **data,
            languages=languages,
            proposal_min=length["min"],
            proposal_max=length["max"],
            consent_text=consent["text"],
            consent_version=consent["version"],
        )


CONSULTATION = ConsultationSchema()
CONSULTATIONS = page_schema(CONSULTATION)
GOVERNANCE = KeptGovernanceSchema()
