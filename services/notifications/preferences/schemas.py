"""Preferences, in and out."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import OneOf, Schema
from services.notifications.kinds.catalogue import KINDS
from services.notifications.kinds.rules import Level

_LEVELS = [level.value for level in Level]


class PreferenceSchema(Schema):
    """How one kind of notice is received by mail."""

    kind = ma.fields.String(required=True)
    label = ma.fields.String(required=True, metadata={"description": "The kind, in words."})
    group = ma.fields.String(required=True)
    group_label = ma.fields.String(required=True)
    level = ma.fields.Enum(Level, by_value=True, required=True)
    default = ma.fields.Enum(Level, by_value=True, required=True)


class PreferencesSchema(Schema):
    """Every kind of notice, in the order in which they are shown."""

    items = ma.fields.List(ma.fields.Nested(PreferenceSchema()), required=True)


class ChoicesSchema(Schema):
    """What somebody changes; kinds that are left out stay as they are."""

    levels = ma.fields.Dict(
        required=True,
        keys=ma.fields.String(validate=OneOf(list(KINDS))),
        values=ma.fields.String(validate=OneOf(_LEVELS)),
        metadata={"description": "A level (`none`, `daily`, `at_once`) for each kind to change."},
    )
