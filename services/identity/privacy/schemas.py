"""Erasures and what is held, in and out."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import Schema
from services.identity.people.schemas import Email


class ErasureRequestSchema(Schema):
    """The account's own address, typed by its holder: nobody erases an account by accident."""

    email = Email(required=True)


class ControllerSchema(Schema):
    """Whom to write to about what an operator holds."""

    name = ma.fields.String(required=True)
    contact = ma.fields.String(required=True)
    status = ma.fields.String(required=True)


class PartSchema(Schema):
    """One service of one owner: when it declared that it holds nothing any more, or whether it is late to."""

    owner = ma.fields.String(required=True)
    service = ma.fields.String(required=True)
    operator = ma.fields.Nested(
        ControllerSchema(),
        required=True,
        allow_none=True,
        metadata={"description": "None for the coalition's own services."},
    )
    declared_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    erased = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(),
        required=True,
        allow_none=True,
        metadata={"description": "How many rows, by a code of what they were."},
    )
    late = ma.fields.Boolean(required=True)


class ErasureSchema(Schema):
    """How far an erasure has come. It names nobody."""

    asked_at = ma.fields.AwareDateTime(required=True)
    due_at = ma.fields.AwareDateTime(required=True)
    done = ma.fields.Boolean(required=True)
    parts = ma.fields.List(ma.fields.Nested(PartSchema()), required=True)


class ErasedSchema(ErasureSchema):
    """An erasure just asked for. `receipt` is told here and in the mail, and never again."""

    receipt = ma.fields.String(required=True)


class AccountSchema(Schema):
    """The account itself."""

    email = ma.fields.String(required=True)
    display_name = ma.fields.String(required=True, allow_none=True)
    language = ma.fields.String(required=True)
    created_at = ma.fields.AwareDateTime(required=True)


class KnownBySchema(Schema):
    """An owner that knows the person, and the id that it knows them by."""

    owner = ma.fields.String(required=True)
    id = ma.fields.UUID(required=True)


class HeldRoleSchema(Schema):
    """A role, and when it was given."""

    role = ma.fields.String(required=True)
    scope = ma.fields.String(required=True)
    granted_at = ma.fields.AwareDateTime(required=True)


class HeldSessionSchema(Schema):
    """A browser signed in. When it was last used is not kept."""

    opened_at = ma.fields.AwareDateTime(required=True)
    expires_at = ma.fields.AwareDateTime(required=True)


class HeldSignInSchema(Schema):
    """A mail asked for, whose link still lets in."""

    asked_at = ma.fields.AwareDateTime(required=True)
    expires_at = ma.fields.AwareDateTime(required=True)
    return_to = ma.fields.String(required=True)


class HeldSchema(Schema):
    """Everything held of the caller here."""

    account = ma.fields.Nested(AccountSchema(), required=True)
    known_by = ma.fields.List(ma.fields.Nested(KnownBySchema()), required=True)
    roles = ma.fields.List(ma.fields.Nested(HeldRoleSchema()), required=True)
    roles_given = ma.fields.List(
        ma.fields.Nested(HeldRoleSchema()),
        required=True,
        metadata={"description": "Roles that the caller gave to others; whom is not told."},
    )
    sessions = ma.fields.List(ma.fields.Nested(HeldSessionSchema()), required=True)
    sign_ins = ma.fields.List(ma.fields.Nested(HeldSignInSchema()), required=True)
