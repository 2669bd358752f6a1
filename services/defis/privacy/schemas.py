"""What is held of a person, in JSON."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import Schema

_ROWS = ("memberships", "invitations_made", "registrations", "arguments", "pledges", "gates_asked")
_DECIDED = ("gates_decided", "appeals_decided", "defis", "timeline")

HeldSchema = Schema.from_dict(
    {
        name: ma.fields.List(ma.fields.Dict(keys=ma.fields.String()), required=True)
        for name in (*_ROWS, *_DECIDED)
    },
    name="Held",
)
