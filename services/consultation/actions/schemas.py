"""Actions in JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.chassis.messages import N_
from libs.chassis.paging import PageQuery, page_schema
from libs.chassis.schemas import ItemCount, OneOf, Range, Schema, Text
from services.consultation.actions.commands import Bodies, NewMeasure
from services.consultation.actions.rules import (
    KINDS,
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_PROPOSALS,
    Status,
)
from services.consultation.fields import Day, LocalisedText

HTTPS = validate.Regexp(
    r"https://[^\s<>\"\x00-\x1f\x7f]{1,490}\Z", error=N_("Not an address that begins with https://.")
)
_FIGURE = Range(min=-(10**12), max=10**12)


def _in_bounds(figure: Decimal) -> None:
    # Not the validator itself: it would be described as the bounds of a number, and this travels as text.
    _FIGURE(figure)


def _figure(**options: Any) -> ma.fields.Decimal:
    """A decimal number with six places at most, which travels as text so that no reader rounds it."""
    return ma.fields.Decimal(
        places=6, as_string=True, required=True, metadata={"type": "string", "format": "decimal"}, **options
    )


class MeasureSchema(Schema):
    """A figure of a day. One that another corrects stays in the list of measures."""

    id = ma.fields.UUID(required=True)
    measured_on = ma.fields.Date(required=True)
    value = _figure()
    kind = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "Kind of territory; null for all."}
    )
    evidence = ma.fields.String(required=True)
    evidence_url = ma.fields.String(required=True, allow_none=True)
    corrects = ma.fields.UUID(required=True, allow_none=True)
    reason = ma.fields.String(required=True, allow_none=True)
    recorded_as = ma.fields.String(required=True, metadata={"description": "`measurer` or `coordinator`."})
    recorded_at = ma.fields.AwareDateTime(required=True)


class MeasureOfActionSchema(MeasureSchema):
    """A measure among those of all indicators of an action."""

    indicator = ma.fields.UUID(required=True, attribute="indicator_id")


class WorkshopReference(Schema):
    """The workshop that an action came out of."""

    id = ma.fields.UUID(required=True)
    title = ma.fields.Dict(required=True)
    starts_at = ma.fields.AwareDateTime(required=True)


class CarrierSchema(Schema):
    """An operator, and how many of its défis carry an action out."""

    operator = ma.fields.String(required=True)
    defis = ma.fields.Integer(required=True)


class MilestoneSchema(Schema):
    """Something to reach by a day."""

    id = ma.fields.UUID(required=True)
    title = ma.fields.Dict(required=True)
    due_on = ma.fields.Date(required=True)
    reached_on = ma.fields.Date(required=True, allow_none=True)
    late = ma.fields.Boolean(required=True)


class IndicatorSchema(Schema):
    """What is measured, with its latest figures: one for all territories, one for each kind that was measured."""

    id = ma.fields.UUID(required=True)
    title = ma.fields.Dict(required=True)
    unit = ma.fields.String(required=True)
    baseline = _figure()
    target = _figure()
    first_due_on = ma.fields.Date(required=True)
    every_months = ma.fields.Integer(required=True)
    next_due_on = ma.fields.Date(required=True, allow_none=True)
    late = ma.fields.Boolean(required=True)
    latest = ma.fields.List(ma.fields.Nested(MeasureSchema()), required=True)


class ActionSchema(Schema):
    """An action as anyone reads it. `late` when a measure of it is."""

    id = ma.fields.UUID(required=True)
    cause = ma.fields.String(required=True, metadata={"description": "The slug of its cause."})
    title = ma.fields.Dict(required=True)
    description = ma.fields.Dict(required=True)
    status = ma.fields.String(required=True, validate=validate.OneOf([status.value for status in Status]))
    owner = ma.fields.String(required=True, allow_none=True, metadata={"description": "Null for a draft."})
    measurer = ma.fields.String(required=True, allow_none=True)
    late = ma.fields.Boolean(required=True)
    proposals = ma.fields.List(ma.fields.UUID(), required=True)
    milestones = ma.fields.List(ma.fields.Nested(MilestoneSchema()), required=True)
    indicators = ma.fields.List(ma.fields.Nested(IndicatorSchema()), required=True)
    workshop = ma.fields.Nested(
        WorkshopReference(),
        required=True,
        allow_none=True,
        metadata={"description": "The workshop that it came out of, if it did."},
    )
    defis = ma.fields.Integer(
        required=True, metadata={"description": "Défis that carry it out, those abandoned left out."}
    )
    carried_by = ma.fields.List(
        ma.fields.Nested(CarrierSchema()), required=True, metadata={"description": "The same, by operator."}
    )
    coordinated = ma.fields.Boolean(
        required=True, metadata={"description": "Whether the caller coordinates its cause."}
    )
    may_measure = ma.fields.Boolean(
        required=True, metadata={"description": "Whether the caller may measure it."}
    )
    created_at = ma.fields.AwareDateTime(required=True)


class ActionsQuery(PageQuery):
    """A page of actions; those that came out of a workshop, if one is named."""

    workshop = ma.fields.UUID(load_default=None)


class BodiesSchema(Schema):
    """Who answers for an action, and who measures it; they are not the same."""

    owner = Text(longest=LONGEST_NAME, required=True)
    measurer = Text(longest=LONGEST_NAME, required=True)
    measurer_account = ma.fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "The account that measures; without one, the cause's coordinators do."},
    )

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> Bodies:
        """The command's argument."""
        return Bodies(**data)


class DraftSchema(Schema):
    """What an action is about."""

    title = LocalisedText(required=True, longest=LONGEST_TITLE)
    description = LocalisedText(required=True, longest=LONGEST_TEXT, multiline=True)
    proposals = ma.fields.List(
        ma.fields.UUID(), load_default=lambda: [], validate=ItemCount(max=MOST_PROPOSALS)
    )


class NewActionSchema(DraftSchema):
    """An action that somebody answers for from the beginning."""

    bodies = ma.fields.Nested(BodiesSchema(), required=True)


class StatusSchema(Schema):
    """Where an action goes."""

    status = ma.fields.Enum(Status, by_value=True, required=True)


class NewMilestoneSchema(Schema):
    """Something to reach by a day."""

    title = LocalisedText(required=True, longest=LONGEST_TITLE)
    due_on = Day(required=True)


class ReachedSchema(Schema):
    """The day a milestone was reached; null if it was not after all."""

    reached_on = Day(required=True, allow_none=True)


class NewIndicatorSchema(Schema):
    """Something to be measured by, every so many months from its first due date on, for two years."""

    title = LocalisedText(required=True, longest=LONGEST_TITLE)
    unit = Text(longest=50, required=True)
    baseline = _figure(validate=_in_bounds)
    target = _figure(validate=_in_bounds)
    first_due_on = Day(required=True)
    every_months = ma.fields.Integer(required=True, strict=True, validate=Range(min=1, max=24))


class NewMeasureSchema(Schema):
    """A figure of a day and what it rests on. A correction names the measure it replaces, and says why."""

    measured_on = Day(required=True)
    value = _figure(validate=_in_bounds)
    kind = ma.fields.String(load_default=None, allow_none=True, validate=OneOf(KINDS))
    evidence = Text(longest=1000, required=True, multiline=True)
    evidence_url = ma.fields.String(load_default=None, allow_none=True, validate=HTTPS)
    corrects = ma.fields.UUID(load_default=None, allow_none=True)
    reason = Text(longest=1000, load_default=None, allow_none=True, multiline=True)

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> NewMeasure:
        """The command's argument."""
        return NewMeasure(**data)


ACTION = ActionSchema()
ACTIONS = page_schema(ACTION)
MEASURE = MeasureSchema()
MEASURES = page_schema(MEASURE)
MEASURES_OF_ACTION = page_schema(MeasureOfActionSchema())
