"""Causes in JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from libs.chassis.paging import page_schema
from libs.chassis.schemas import Schema
from services.consultation.causes.commands import NewCause
from services.consultation.consultations.rules import Status
from services.consultation.fields import Instant, LocalisedText, Slug


class CauseSchema(Schema):
    """A cause as anyone reads it."""

    id = ma.fields.UUID(required=True)
    slug = ma.fields.String(required=True)
    title = ma.fields.Dict(required=True)
    mandate = ma.fields.Dict(required=True)
    opens_at = ma.fields.AwareDateTime(required=True)
    closes_at = ma.fields.AwareDateTime(required=True)
    status = ma.fields.Enum(Status, by_value=True, required=True)
    coordinated = ma.fields.Boolean(
        required=True, metadata={"description": "Whether the caller coordinates it."}
    )


class NewCauseSchema(Schema):
    """What a coordinator starts a cause with."""

    slug = Slug(required=True)
    title = LocalisedText(required=True, longest=200)
    mandate = LocalisedText(required=True, longest=5000, multiline=True)
    opens_at = Instant(required=True)
    closes_at = Instant(required=True)

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> NewCause:
        """The command's argument."""
        return NewCause(**data)


CAUSE = CauseSchema()
CAUSES = page_schema(CAUSE)
