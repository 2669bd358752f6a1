"""An overview in JSON."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import Schema
from services.defis.challenges.schemas import DEFI
from services.defis.gates.schemas import OutlookSchema
from services.defis.meetings.schemas import MEETINGS
from services.defis.timeline.schemas import ENTRIES


class OverviewSchema(Schema):
    """A défi with what its page shows beside it: the beginning of each list, as its own address answers it."""

    defi = ma.fields.Nested(DEFI, required=True)
    outlook = ma.fields.Nested(
        OutlookSchema(),
        required=True,
        allow_none=True,
        metadata={"description": "What the next stage takes; null for a défi that is not going on."},
    )
    meetings = ma.fields.Nested(MEETINGS, required=True)
    timeline = ma.fields.Nested(ENTRIES, required=True)
