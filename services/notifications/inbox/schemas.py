"""Notices, in and out."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.paging import PageQuery, page_schema
from libs.chassis.schemas import Schema


class NoticeSchema(Schema):
    """A notice, in the language of the request."""

    id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True)
    title = ma.fields.String(
        required=True, metadata={"description": "The public title of what it is about; may be empty."}
    )
    headline = ma.fields.String(required=True)
    sentence = ma.fields.String(required=True)
    details = ma.fields.List(ma.fields.String(), required=True)
    path = ma.fields.String(required=True, metadata={"description": "Where on the site to look."})
    happened_at = ma.fields.AwareDateTime(required=True)
    read_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class InboxQuery(PageQuery):
    """Which notices to list."""

    unread = ma.fields.Boolean(load_default=False)


class UnreadSchema(Schema):
    """How many notices wait to be read."""

    unread = ma.fields.Integer(required=True)


class ReadAllSchema(Schema):
    """Marking notices as read."""

    up_to = ma.fields.UUID(
        load_default=None, metadata={"description": "The newest notice shown; later ones stay unread."}
    )


class ReadSchema(Schema):
    """How many notices were marked as read."""

    read = ma.fields.Integer(required=True)


NOTICES = page_schema(NoticeSchema())
