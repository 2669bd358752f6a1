"""Every service's mailbox with all its consumers, and events as hostile or confused publishers would make them."""

from __future__ import annotations

import enum
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import marshmallow as ma
from hypothesis import strategies as st

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from libs.chassis.inbox import Consumer, Inbox
from services.consultation.worker import consumers as consultation
from services.defis.worker import consumers as defis
from services.identity.worker import consumers as identity
from services.notifications.worker import consumers as notifications

CONSUMERS: Mapping[str, tuple[Consumer, ...]] = {
    "identity": identity,
    "consultation": consultation,
    "defis": defis,
    "notifications": notifications,
}
TEXT = st.text(max_size=30)
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), TEXT, st.sampled_from(["\ud800", "\x00"])
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
WORDS = st.sampled_from(
    [
        "informaction", "creaction", "activaction", "none", "proposal", "action", "defi", "completed", "archived",
        "rural", "88160", "2A004", "fr", "coalition", "op1", "op9", "moderator", "time", "debate",
        "defi.gate_refused", "proposal.refused", "anne@exemple.fr",
    ]
)  # fmt: skip


def inbox_of(service: str, database: Database) -> Inbox:
    """The mailbox of a service, as its worker makes it."""
    return Inbox(database, CONSUMERS[service])


@st.composite
def envelopes(draw: st.DrawFn, consumer: Consumer) -> dict[str, Any]:
    """An envelope for a consumer: sound, or wrong in one or two of the ways that an envelope can be."""
    owner = draw(st.sampled_from(["coalition", "op1", "op2"])) if consumer.owner == "*" else consumer.owner
    event = consumer.event
    sound = {
        "specversion": "1.0",
        "id": str(UUID(int=draw(st.integers(0, 2**128 - 1)), version=4)),
        "type": event.type(owner),
        "source": f"/{owner}/{event.name.partition('.')[0]}",
        "subject": draw(st.sampled_from(["one", "another", "a third"])),
        "sequence": str(draw(st.integers(1, 5))),
        "time": draw(
            st.sampled_from([datetime.now(UTC).isoformat(), "2001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
        ),
        "data": draw(data_of(event.schema)),
    }
    wrong = draw(
        st.dictionaries(st.sampled_from(sorted(sound)), st.one_of(JSON, st.sampled_from(_WRONG)), max_size=2)
    )
    return sound | (wrong if draw(st.integers(0, 2)) == 0 else {})


_WRONG = (
    "coalition.defis.published.v99", "op1.identity.keys_rotated.v1", "..", "é" * 256, "0", "-1", str(2**63), "1" * 5000,
    "0000-00-00T00:00:00Z", "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "/",
    "\u202e",
)  # fmt: skip


def data_of(schema: ma.Schema) -> st.SearchStrategy[dict[str, Any]]:
    """Data within the schema, then some of it replaced by anything."""
    fields = {name: _values(field) for name, field in schema.fields.items()}
    sound = st.fixed_dictionaries(fields)
    return st.one_of(
        sound,
        sound,
        st.tuples(sound, st.dictionaries(st.sampled_from(sorted(fields)), JSON, min_size=1, max_size=2)).map(
            lambda both: both[0] | both[1]
        ),
        st.dictionaries(st.sampled_from(sorted(fields)) | TEXT, JSON, max_size=4),
    )


def _values(field: ma.fields.Field[Any]) -> st.SearchStrategy[Any]:
    if isinstance(field, ma.fields.UUID):
        return st.uuids().map(str)
    if isinstance(field, ma.fields.AwareDateTime):
        return st.datetimes(timezones=st.just(UTC)).map(lambda when: when.isoformat())
    if isinstance(field, ma.fields.Boolean):
        return st.booleans()
    if isinstance(field, ma.fields.Integer):
        return st.one_of(st.integers(), st.integers(0, 9))
    if isinstance(field, ma.fields.Dict):
        return st.dictionaries(TEXT | WORDS, JSON, max_size=3)
    if isinstance(field, ma.fields.List):
        return st.lists(WORDS | TEXT, max_size=3)
    if isinstance(field, ma.fields.Enum):
        return st.sampled_from([one.value for one in typing.cast(type[enum.Enum], field.enum)])
    return WORDS | TEXT


def good(consumer: Consumer, data: Mapping[str, Any], sequence: int) -> dict[str, Any]:
    """An envelope that is as it should be, of a subject that nothing was said of."""
    owner = "op1" if consumer.owner == "*" else consumer.owner
    event = consumer.event
    return {
        "specversion": "1.0",
        "id": str(uuid7()),
        "type": event.type(owner),
        "source": f"/{owner}/{event.name.partition('.')[0]}",
        "subject": "afterwards",
        "sequence": str(sequence),
        "time": datetime.now(UTC).isoformat(),
        "data": dict(data),
    }
