"""Members and invitations in JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.chassis.messages import N_
from libs.chassis.paging import PageQuery, page_schema
from libs.chassis.schemas import OneOf, Schema, Text
from services.defis.core_groups.commands import Presentation
from services.defis.core_groups.rules import LONGEST_SECRET, Answer, State
from services.defis.fields import contact_field, name_field, note_field
from services.defis.standing import Role

_ANSWERS = OneOf([answer.value for answer in Answer])
_ROLES = validate.OneOf([role.value for role in Role])
_INVITED_ROLES = OneOf([Role.CORE.value, Role.MEMBER.value])


class MemberSchema(Schema):
    """Somebody in a défi. `contact` and `message` are null for who is not to read them."""

    id = ma.fields.UUID(required=True)
    role = ma.fields.String(required=True, validate=_ROLES)
    state = ma.fields.String(required=True, validate=validate.OneOf([state.value for state in State]))
    name = ma.fields.String(required=True, allow_none=True)
    contact = ma.fields.String(required=True, allow_none=True)
    message = ma.fields.String(required=True, allow_none=True)
    asked_at = ma.fields.AwareDateTime(required=True)
    joined_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    me = ma.fields.Boolean(required=True, metadata={"description": "Whether this is the caller."})


class RequestSchema(Schema):
    """A request to join."""

    name = name_field(required=True)
    contact = contact_field()
    message = note_field()

    @ma.post_load
    def presented(self, data: dict[str, Any], **_: Any) -> Presentation:
        """Who asks, as they present themselves."""
        return Presentation(**data)


class PresentationSchema(Schema):
    """What one changes of one's own part."""

    name = name_field()
    contact = Text(longest=200, allow_none=True)


class AnswerSchema(Schema):
    """An answer to a request."""

    answer = ma.fields.String(required=True, validate=_ANSWERS)
    note = note_field()

    @ma.post_load
    def name(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The word as a member of its enumeration."""
        return {**data, "answer": Answer(data["answer"])}


class RoleSchema(Schema):
    """A member's new role. `porteur` hands the défi over."""

    role = ma.fields.String(required=True, validate=OneOf([role.value for role in Role]))


class MembersQuery(PageQuery):
    """Active members, or requests that wait."""

    state = ma.fields.String(
        load_default=State.ACTIVE.value, validate=OneOf([State.ACTIVE.value, State.REQUESTED.value])
    )


class NewInvitationSchema(Schema):
    """An invitation to make."""

    role = ma.fields.String(load_default=Role.MEMBER.value, validate=_INVITED_ROLES)


class InvitationSchema(Schema):
    """An invitation that waits for its answer."""

    id = ma.fields.UUID(required=True)
    role = ma.fields.String(required=True)
    invited_at = ma.fields.AwareDateTime(required=True)
    expires_at = ma.fields.AwareDateTime(required=True)


class InvitedSchema(InvitationSchema):
    """A new invitation with its secret, which is never shown again."""

    secret = ma.fields.String(
        required=True,
        metadata={"description": "Whoever holds it may answer; put it in the link that is sent."},
    )


class InvitationsSchema(Schema):
    """The invitations of a défi that wait for an answer."""

    items = ma.fields.List(ma.fields.Nested(InvitationSchema()), required=True)


class InvitationAnswerSchema(Schema):
    """An answer to an invitation. A name is needed to accept."""

    secret = Text(required=True, longest=LONGEST_SECRET)
    answer = ma.fields.String(required=True, validate=_ANSWERS)
    name = name_field(load_default=None, allow_none=True)
    contact = contact_field()

    @ma.validates_schema
    def check_named(self, data: dict[str, Any], **_: Any) -> None:
        """Whoever comes in says how they wish to be called."""
        if data["answer"] == Answer.ACCEPT and data["name"] is None:
            raise ma.ValidationError(N_("Say how you wish to be called here."), "name")

    @ma.post_load
    def read(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The answer, and who gives it."""
        who = Presentation(data["name"], data["contact"])
        return {"secret": data["secret"], "answer": Answer(data["answer"]), "who": who}


class AnsweredSchema(Schema):
    """What was answered to an invitation."""

    role = ma.fields.String(required=True)
    answer = ma.fields.String(required=True)
    answered_at = ma.fields.AwareDateTime(required=True)


MEMBER = MemberSchema()
MEMBERS = page_schema(MEMBER)
