"""Lists come a page at a time: `{"items": […], "next": cursor | null}`.

A cursor holds the sort key of the last item shown, so a page costs the same wherever it is and nothing is skipped or
repeated when rows come in between. It also holds the name of its list: a cursor from elsewhere is refused.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import marshmallow as ma

from libs.chassis.errors import Malformed
from libs.chassis.messages import N_
from libs.chassis.schemas import Range, Schema, Text

Item = TypeVar("Item")
DEFAULT_LIMIT = 20
MAX_LIMIT = 100
_LARGEST = 2**31


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list, and the cursor of the page after them, if there is one."""

    items: Sequence[Item]
    next: str | None


class PageQuery(Schema):
    """The query of a list: `limit` items after `cursor`."""

    cursor = Text(longest=500, load_default=None)
    limit = ma.fields.Integer(load_default=DEFAULT_LIMIT, validate=Range(min=1, max=MAX_LIMIT))


def page_schema(item: ma.Schema) -> ma.Schema:
    """The schema of a page of `item`s."""
    return Schema.from_dict(
        {
            "items": ma.fields.List(ma.fields.Nested(item), required=True),
            "next": ma.fields.String(allow_none=True, required=True),
        },
        name=f"{type(item).__name__.removesuffix('Schema')}Page",
    )()


def page(listing: str, rows: Sequence[Item], limit: int, key: Callable[[Item], Sequence[Any]]) -> Page[Item]:
    """The page made of `rows`, asked for one more than `limit`. `key` gives an item's sort key in JSON types."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(shown, encode_cursor(listing, key(shown[-1])) if more else None)


def encode_cursor(listing: str, key: Sequence[Any]) -> str:
    """The cursor that continues `listing` after the item with sort key `key`."""
    body = json.dumps([listing, *key], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def decode_cursor(listing: str, cursor: str | None, *types: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """The sort key that `cursor` holds, each part read by its type; None for the first page.

    Raises `Malformed` when it is no cursor of this list.
    """
    if cursor is None:
        return None
    try:
        name, *key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if name == listing and len(key) == len(types):
            parts = tuple(read(part) for read, part in zip(types, key, strict=True))
            if all(map(_comparable, parts)):
                return parts
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        pass  # said below, in one sentence for every way of being no cursor of ours
    raise Malformed(
        "cursor.foreign", N_("This cursor does not belong to this list. Start again from its first page.")
    )


def _comparable(part: Any) -> bool:
    """Whether PostgreSQL can compare a column with it: it takes no NUL, no lone surrogate (a `ValueError` here), and no
    number larger than its own."""
    if isinstance(part, str):
        return b"\0" not in part.encode()
    return not isinstance(part, int) or abs(part) < _LARGEST
