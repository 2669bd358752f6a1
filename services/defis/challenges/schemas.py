"""Défis in JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.chassis.messages import N_
from libs.chassis.paging import PageQuery, page_schema
from libs.chassis.schemas import ItemCount, OneOf, Schema, Text
from services.defis.challenges.queries import SORTS
from services.defis.challenges.rules import (
    LONGEST_TEXT,
    LONGEST_THEME,
    LONGEST_TITLE,
    MOST_THEMES,
    PUBLIC_STATES,
    Action,
    Kind,
    Origin,
    Refusal,
    Stage,
    State,
)
from services.defis.fields import Code, CommuneCode, DepartementCode, note_field
from services.defis.standing import Role

LONGEST_COMMUNE_NAME = 100
MOST_IDS = 50
"""Défis that may be asked for by their ids at once."""


def _word(words: Any, **options: Any) -> ma.fields.String:
    return ma.fields.String(validate=OneOf([word.value for word in words]), **options)


class CommuneSchema(Schema):
    """A commune: its INSEE code, and its name as it is to be shown."""

    code = CommuneCode(required=True)
    name = Text(required=True, longest=LONGEST_COMMUNE_NAME)


class OriginSchema(Schema):
    """Where a défi came from: a proposal, an action, a completed défi that it replicates, or nothing."""

    kind = _word(Origin, required=True)
    owner = Code(
        load_default=None,
        allow_none=True,
        metadata={"description": "Whose service holds it: `coalition`, `op1`, …"},
    )
    id = ma.fields.UUID(load_default=None, allow_none=True)

    @ma.validates_schema
    def check_whole(self, data: dict[str, Any], **_: Any) -> None:
        """Something has an id at an owner's; nothing has neither."""
        named = [data["owner"] is not None, data["id"] is not None]
        if data["kind"] == Origin.NONE and any(named):
            raise ma.ValidationError(N_("What came from nothing has no origin to name."), "id")
        if data["kind"] != Origin.NONE and not all(named):
            raise ma.ValidationError(N_("Name the owner and the id of what it came from."), "id")


class NextMeetingSchema(Schema):
    """The next date of a défi."""

    id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    starts_at = ma.fields.AwareDateTime(required=True)


class FiguresSchema(Schema):
    """What is counted of a défi."""

    members = ma.fields.Integer(required=True)
    committed = ma.fields.Integer(
        required=True, metadata={"description": "People of the core group or with a pledge that stands."}
    )
    pledges = ma.fields.Dict(
        required=True, metadata={"description": 'Pledges that stand, by kind: `{"time": 3, …}`.'}
    )
    pledged_cents = ma.fields.Integer(required=True)
    next_meeting = ma.fields.Nested(NextMeetingSchema(), required=True, allow_none=True)


class DefiSummarySchema(Schema):
    """A défi as lists show it."""

    id = ma.fields.UUID(required=True)
    operator = ma.fields.String(required=True)
    title = ma.fields.String(
        required=True, metadata={"description": "Its title, or the first words of its problem."}
    )
    commune = ma.fields.Nested(CommuneSchema(), required=True, allow_none=True)
    departement = ma.fields.String(required=True, allow_none=True)
    kind = ma.fields.String(
        required=True, allow_none=True, validate=validate.OneOf([kind.value for kind in Kind])
    )
    themes = ma.fields.List(ma.fields.String(), required=True)
    state = ma.fields.String(required=True, validate=validate.OneOf([state.value for state in State]))
    stage = ma.fields.String(required=True, validate=validate.OneOf([stage.value for stage in Stage]))
    published_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    figures = ma.fields.Nested(FiguresSchema(), required=True)


class EntrySchema(Schema):
    """The stage at which an existing initiative says it stands, and how it shows it."""

    stage = ma.fields.String(required=True)
    evidence = ma.fields.String(required=True, allow_none=True)


class RefusalSchema(Schema):
    """Why a défi was refused."""

    reason = ma.fields.String(required=True, validate=validate.OneOf([reason.value for reason in Refusal]))
    note = ma.fields.String(required=True, allow_none=True)


class DefiSchema(DefiSummarySchema):
    """A défi as its reader sees it. `entry` and `refusal` are for its group and for those who accompany it."""

    problem = ma.fields.String(required=True, allow_none=True)
    beneficiaries = ma.fields.String(required=True, allow_none=True)
    first_date = ma.fields.Date(required=True, allow_none=True)
    origin = ma.fields.Nested(OriginSchema(), required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    submitted_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    closed_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    changed_at = ma.fields.AwareDateTime(required=True)
    entry = ma.fields.Nested(EntrySchema(), required=True, allow_none=True)
    refusal = ma.fields.Nested(RefusalSchema(), required=True, allow_none=True)
    role = ma.fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf([role.value for role in Role]),
        metadata={"description": "The caller's part in it."},
    )
    accompanies = ma.fields.Boolean(
        required=True, metadata={"description": "Whether the caller is its EBV or of the operator's staff."}
    )
    actions = ma.fields.List(
        ma.fields.String(),
        required=True,
        metadata={"description": "What the caller may do to its state now."},
    )


class OwnDefiSchema(DefiSummarySchema):
    """A défi in which the caller has or asked for a part."""

    role = ma.fields.String(required=True)
    membership = ma.fields.String(required=True, metadata={"description": "`active` or `requested`."})


class DefiFieldsSchema(Schema):
    """What a défi says. Everything may wait; a problem, a commune and a first date suffice to submit it."""

    title = Text(longest=LONGEST_TITLE, allow_none=True)
    problem = Text(longest=LONGEST_TEXT, multiline=True, allow_none=True)
    beneficiaries = Text(
        longest=LONGEST_TEXT,
        multiline=True,
        allow_none=True,
        metadata={"description": "Who benefits: several people."},
    )
    commune = ma.fields.Nested(CommuneSchema(), allow_none=True)
    kind = _word(Kind, allow_none=True)
    themes = ma.fields.List(
        Text(longest=LONGEST_THEME),
        validate=ItemCount(max=MOST_THEMES),
        metadata={"description": "Codes of the published list, or a few words of one's own."},
    )
    first_date = ma.fields.Date(allow_none=True)
    origin = ma.fields.Nested(OriginSchema())
    entry_stage = _word(Stage)
    entry_evidence = Text(longest=LONGEST_TEXT, multiline=True, allow_none=True)

    @ma.post_load
    def as_stored(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Words as members of their enumerations, a commune and an origin as tuples, each theme once."""
        read: dict[str, Any] = dict(data)
        if "themes" in read:
            read["themes"] = list(dict.fromkeys(read["themes"]))
        if read.get("commune"):
            read["commune"] = (read["commune"]["code"], read["commune"]["name"])
        if "origin" in read:
            origin = read["origin"]
            read["origin"] = (Origin(origin["kind"]), origin["owner"], origin["id"])
        return read


class DefisQuery(PageQuery):
    """Which défis, in which order."""

    commune = CommuneCode(load_default=None)
    departement = DepartementCode(load_default=None)
    theme = Text(longest=LONGEST_THEME, load_default=None)
    stage = _word(Stage, load_default=None)
    kind = _word(Kind, load_default=None)
    state = _word(
        PUBLIC_STATES,
        load_default=None,
        metadata={"description": "Without it: those published, paused or completed."},
    )
    id = ma.fields.List(
        ma.fields.UUID(),
        load_default=None,
        validate=ItemCount(max=MOST_IDS),
        metadata={"description": "These, one `id=` each; abandoned and archived ones too."},
    )
    origin = ma.fields.UUID(
        load_default=None, metadata={"description": "The proposal, action or défi that they came from."}
    )
    sort = ma.fields.String(load_default="newest", validate=OneOf(tuple(SORTS)))


class DecisionSchema(Schema):
    """What the EBV or the operator decides of a submitted défi."""

    decision = _word((Action.PUBLISH, Action.REFUSE), required=True)
    reason = _word(Refusal, load_default=None, allow_none=True)
    note = note_field()
    stage = _word(
        Stage,
        load_default=None,
        allow_none=True,
        metadata={"description": "Required when the défi asks to enter later than Inform'action."},
    )

    @ma.post_load
    def name(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The words as members of their enumerations."""
        return {
            **data,
            "decision": Action(data["decision"]),
            "reason": data["reason"] and Refusal(data["reason"]),
            "stage": data["stage"] and Stage(data["stage"]),
        }


class MoveSchema(Schema):
    """What becomes of a published défi."""

    action = _word(
        (Action.PAUSE, Action.RESUME, Action.COMPLETE, Action.ABANDON, Action.ARCHIVE), required=True
    )
    reason = note_field()

    @ma.post_load
    def name(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The word as a member of its enumeration."""
        return {**data, "action": Action(data["action"])}


DEFI = DefiSchema()
DEFIS = page_schema(DefiSummarySchema())
OWN_DEFIS = page_schema(OwnDefiSchema())
