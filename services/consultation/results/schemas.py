"""Results in JSON."""

from __future__ import annotations

import dataclasses
from typing import Any

import marshmallow as ma

from libs.chassis.paging import PageQuery, page_schema
from libs.chassis.schemas import OneOf, Range, Schema, Text
from services.consultation.fields import Instant, LocalisedText
from services.consultation.proposals.models import STATES
from services.consultation.proposals.rules import LONGEST_INPUT
from services.consultation.results.rules import LONGEST_NOTE, ORDERS
from services.consultation.scoring.rules import Estimate, ProposalScores, Zone
from services.consultation.tallies.schemas import TallySchema


class EstimateSchema(Schema):
    """A score and its 95 % interval."""

    score = ma.fields.Float(required=True)
    lower = ma.fields.Float(required=True)
    upper = ma.fields.Float(required=True)


ScoresSchema = Schema.from_dict(
    {
        field.name: ma.fields.Nested(EstimateSchema(), required=True)
        for field in dataclasses.fields(ProposalScores)
        if field.type == Estimate.__name__
    },
    name="ScoresSchema",
)
"""Every estimate of the scorer, by its name there."""


class ScoredProposalSchema(Schema):
    """An accepted proposal with its votes and scores."""

    id = ma.fields.UUID(required=True)
    text = ma.fields.String(required=True)
    tally = ma.fields.Nested(TallySchema(), required=True)
    scores = ma.fields.Nested(ScoresSchema(), required=True)
    zone = ma.fields.Enum(Zone, by_value=True, required=True)


class ParticipantsSchema(Schema):
    """Participants with at least one vote. They chose to take part: they are not a representative sample."""

    total = ma.fields.Integer(required=True, attribute="participants")
    accounts = ma.fields.Function(lambda counted: counted.voters.get("account", 0))
    visitors = ma.fields.Function(lambda counted: counted.voters.get("visitor", 0))
    sheets = ma.fields.Function(lambda counted: counted.voters.get("sheet", 0))
    imports = ma.fields.Function(lambda counted: counted.voters.get("import", 0))


_STATE_COUNTS: dict[str, ma.fields.Field[Any]] = {
    state: ma.fields.Integer(dump_default=0) for state in STATES
}
_ZONE_COUNTS: dict[str, ma.fields.Field[Any]] = {
    zone.value: ma.fields.Integer(attribute=zone, required=True) for zone in Zone
}


class ResultsSchema(Schema):
    """The results of a consultation, for the whole country."""

    consultation = ma.fields.String(required=True)
    computed_at = ma.fields.AwareDateTime(required=True)
    final = ma.fields.Boolean(
        required=True, metadata={"description": "False while the consultation is open: figures still change."}
    )
    participants = ma.fields.Nested(ParticipantsSchema(), required=True)
    votes = ma.fields.Integer(required=True)
    proposals = ma.fields.Nested(Schema.from_dict(_STATE_COUNTS, name="StateCountsSchema")(), required=True)
    zones = ma.fields.Nested(Schema.from_dict(_ZONE_COUNTS, name="ZoneCountsSchema")(), required=True)
    top = ma.fields.List(ma.fields.Nested(ScoredProposalSchema()), required=True)
    controversies = ma.fields.List(ma.fields.Nested(ScoredProposalSchema()), required=True)
    rejections = ma.fields.List(ma.fields.Nested(ScoredProposalSchema()), required=True)
    neutral = ma.fields.List(ma.fields.Nested(ScoredProposalSchema()), required=True)


class ScoredQuery(PageQuery):
    """A page of scored proposals."""

    order = ma.fields.String(load_default="top", validate=OneOf(ORDERS))
    words = Text(
        longest=LONGEST_INPUT, load_default=None, metadata={"description": "Those that hold them all."}
    )


class NewVersionSchema(Schema):
    """What to publish of the figures of this moment. A correction names the version it corrects; its note says why."""

    embargo_until = Instant(load_default=None, allow_none=True)
    note = LocalisedText(longest=LONGEST_NOTE, multiline=True, load_default=None, allow_none=True)
    corrects = ma.fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=Range(min=1, max=100_000)
    )


class VersionSchema(Schema):
    """A published version. It is public from the end of its embargo on, and never changes; see `corrected_by`."""

    consultation = ma.fields.String(required=True)
    number = ma.fields.Integer(required=True)
    computed_at = ma.fields.AwareDateTime(required=True)
    published_at = ma.fields.AwareDateTime(required=True)
    embargo_until = ma.fields.AwareDateTime(required=True, allow_none=True)
    final = ma.fields.Boolean(
        required=True, metadata={"description": "Whether the consultation was closed when this was counted."}
    )
    note = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True, allow_none=True)
    corrects = ma.fields.Integer(required=True, allow_none=True)
    corrected_by = ma.fields.Integer(required=True, allow_none=True)


class FrozenProposalSchema(ScoredProposalSchema):
    """A proposal within a published version. Its text is null once the proposal is public no more; figures stand."""

    text = ma.fields.String(required=True, allow_none=True)


class FrozenResultsSchema(ResultsSchema):
    """The results as they were counted for a version."""

    top = ma.fields.List(ma.fields.Nested(FrozenProposalSchema()), required=True)
    controversies = ma.fields.List(ma.fields.Nested(FrozenProposalSchema()), required=True)
    rejections = ma.fields.List(ma.fields.Nested(FrozenProposalSchema()), required=True)
    neutral = ma.fields.List(ma.fields.Nested(FrozenProposalSchema()), required=True)


class AsKept(ma.fields.Nested):
    """What a schema dumped once, given out as it was kept; the schema still describes it."""

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **_options: Any) -> Any:
        """The value as it stands."""
        return self.get_value(obj, attr, accessor)


class VersionFiguresSchema(VersionSchema):
    """A published version with its figures."""

    figures = AsKept(FrozenResultsSchema(), required=True)


class FrozenPageSchema(Schema):
    """A page of the proposals of a version, the best first."""

    items = AsKept(FrozenProposalSchema(), many=True, required=True)
    next = ma.fields.String(allow_none=True, required=True)


RESULTS = ResultsSchema()
SCORED_PROPOSAL = ScoredProposalSchema()
SCORED_PROPOSALS = page_schema(ScoredProposalSchema())
VERSION = VersionSchema()
VERSIONS = page_schema(VersionSchema())
