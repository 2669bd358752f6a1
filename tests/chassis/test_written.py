"""What a schema writes: the same as marshmallow, whatever it is written from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

import marshmallow as ma
import pytest

from libs.chassis.schemas import Schema


class Place(Schema):
    """One thing within another."""

    code = ma.fields.String(required=True)


class AsItIs(ma.fields.Integer):
    """A field with a way of its own to write."""

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **_: Any) -> Any:
        """The value as it stands."""
        return self.get_value(obj, attr, accessor)


class Twice(ma.fields.Integer):
    """A field with a way of its own to read."""

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = 0) -> Any:
        """The value, and again."""
        return super().get_value(obj, attr, accessor, default) * 2


class Thing(Schema):
    """A field of each kind that is read in a way of its own."""

    id = ma.fields.UUID()
    size = ma.fields.Integer(attribute="length")
    label = ma.fields.String(data_key="called")
    none_yet = ma.fields.Integer(dump_default=0)
    made_up = ma.fields.Function(lambda thing: "made up")
    always = ma.fields.Constant("same")
    place = ma.fields.Nested(Place(), allow_none=True)
    places = ma.fields.List(ma.fields.Nested(Place()))
    deep = ma.fields.String(attribute="place.code")
    as_it_is = AsItIs()
    twice = Twice()
    secret = ma.fields.String(load_only=True)


class Pair(NamedTuple):
    """Has places by number, and values by name."""

    label: str
    length: str


@dataclass
class Shelf:
    """Has a name that dictionaries have too."""

    items: list[dict[str, str]]


ID = UUID(int=7)
VALUES: dict[str, Any] = {
    "id": ID, "length": "3", "label": "x", "place": {"code": "88"}, "places": [{"code": "1"}], "secret": "s",
    "as_it_is": "3", "twice": "3",
}  # fmt: skip


@pytest.mark.parametrize(
    "thing",
    [
        VALUES,
        SimpleNamespace(**VALUES),
        SimpleNamespace(**VALUES | {"place": SimpleNamespace(code="54"), "none_yet": 4}),
        MappingProxyType(VALUES),
        Pair("x", "9"),
        {"place": None},
        {},
    ],
)
def test_a_schema_writes_what_marshmallow_writes(thing: Any) -> None:
    assert Thing().dump(thing) == ma.Schema._serialize(Thing(), thing)
    assert Thing().dump([thing, thing], many=True) == [Thing().dump(thing)] * 2


def test_what_is_written_stays_what_it_was() -> None:
    assert Thing().dump(VALUES) == {
        "id": str(ID),
        "size": 3,
        "called": "x",
        "none_yet": 0,
        "made_up": "made up",
        "always": "same",
        "place": {"code": "88"},
        "places": [{"code": "1"}],
        "deep": "88",
        "as_it_is": "3",
        "twice": 33,
    }


def test_a_name_that_dictionaries_have_is_read_off_an_object_and_missed_in_a_dictionary() -> None:
    page = Schema.from_dict({"items": ma.fields.List(ma.fields.Nested(Place()))})()
    assert page.dump(Shelf([{"code": "88"}])) == {"items": [{"code": "88"}]}
    assert page.dump({"items": [{"code": "88"}]}) == {"items": [{"code": "88"}]}


def test_a_count_of_what_was_never_counted_is_none() -> None:
    counts = Schema.from_dict({"agree": ma.fields.Integer(), "neutral": ma.fields.Integer()})()
    assert counts.dump(Counter({"agree": 2})) == {"agree": 2, "neutral": 0}


def test_a_schema_that_is_narrowed_writes_no_more_than_that() -> None:
    narrowed = Schema.from_dict({"thing": ma.fields.Nested(Thing(), only=("label",))})()
    assert Thing(only=("id",)).dump(VALUES) == {"id": str(ID)}
    assert narrowed.dump({"thing": VALUES}) == {"thing": {"called": "x"}}
