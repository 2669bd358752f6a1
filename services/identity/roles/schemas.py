"""Grants, in and out."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.paging import PageQuery
from libs.chassis.schemas import OneOf, Schema, Text
from services.identity.roles.rules import LONGEST_SCOPE, ROLES


class NewGrantSchema(Schema):
    """A role to give."""

    person = ma.fields.UUID(required=True)
    role = ma.fields.String(required=True, validate=OneOf(ROLES))
    scope = Text(required=True, longest=LONGEST_SCOPE)


class GrantSchema(Schema):
    """A role that somebody holds. It works everywhere from `effective_by` on: the next access token carries it."""

    id = ma.fields.UUID(required=True)
    person = ma.fields.UUID(required=True)
    role = ma.fields.String(required=True)
    scope = ma.fields.String(required=True)
    granted_by = ma.fields.UUID(required=True, allow_none=True)
    granted_at = ma.fields.AwareDateTime(required=True)
    effective_by = ma.fields.AwareDateTime(required=True)


class GrantQuerySchema(PageQuery):
    """Grants, of one person if named."""

    person = ma.fields.UUID(load_default=None)
