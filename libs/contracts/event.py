"""What an event is: a fact in the past tense, versioned, immutable, with a declared audience.

A service publishes an event by building an instance of one of these classes and recording it in its outbox; a
consumer receives the same class back. The class is the contract, so it carries everything that the contract says:
its name and version, who may read it, what its subject is, and (through its annotations) the schema of its data.

Versions: a class may gain optional fields (with a default) and nothing else; readers ignore fields they do not
know. Anything more is a new version, published beside the old one until nobody binds the old.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

import marshmallow as ma


class Audience(enum.StrEnum):
    """Who may read an event. It decides where the event travels and whether it is kept in the journal."""

    SERVICE = "service"
    """The services of one owner; never crosses to another owner."""
    COALITION = "coalition"
    """The coalition's services and the operator that published it."""
    PUBLIC = "public"
    """Anyone. Names no person, holds no free text, is kept in the journal and can be replayed."""
    OPERATOR = "operator"
    """One operator, by name; carries at most that operator's pairwise id of a person."""


class Event:
    """Base of every event class. Subclasses are frozen dataclasses declared with `@event`."""

    name: ClassVar[str]
    version: ClassVar[int]
    audience: ClassVar[Audience]
    subject_field: ClassVar[str]
    schema: ClassVar[ma.Schema]

    @property
    def subject(self) -> str:
        """The object this fact is about. Facts of one subject are delivered in the order they happened."""
        return str(getattr(self, self.subject_field))

    @classmethod
    def type(cls, owner: str) -> str:
        """The CloudEvents type and routing key, e.g. `coalition.consultation.proposal_accepted.v1`."""
        return f"{owner}.{cls.name}.v{cls.version}"

    def dump(self) -> dict[str, Any]:
        """The event's data as plain JSON types."""
        data: dict[str, Any] = self.schema.dump(self)
        return data

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """The event from its data. Unknown fields are ignored; raises `marshmallow.ValidationError`."""
        return cls(**cls.schema.load(data))


EventClass = TypeVar("EventClass", bound=type[Event])


def event(name: str, *, version: int, audience: Audience, subject: str) -> Callable[[EventClass], EventClass]:
    """Declare an event class and give it its schema.

    `name` is `<service>.<fact>`, `subject` the field that says what the fact is about. The decorated class must
    be a frozen dataclass whose fields are of the types in `_FIELDS`, optional where they have a default.
    """

    def declare(cls: EventClass) -> EventClass:
        cls.name, cls.version, cls.audience, cls.subject_field = name, version, audience, subject
        cls.schema = _schema_of(cls)
        return cls

    return declare


def _storable(value: str) -> None:
    # PostgreSQL's text takes no NUL: read, it would fail in each consumer, for hours.
    if "\0" in value:
        raise ma.ValidationError("Holds U+0000.")


_String = functools.partial(ma.fields.String, validate=_storable)

_FIELDS: Mapping[Any, Callable[..., ma.fields.Field[Any]]] = {
    str: _String,
    int: ma.fields.Integer,
    bool: ma.fields.Boolean,
    UUID: ma.fields.UUID,
    datetime: ma.fields.AwareDateTime,
    # A JSON document of a published standard (a JWK set), which has a schema of its own.
    dict: ma.fields.Dict,
    # Codes of a published list.
    list: functools.partial(ma.fields.List, _String()),
}


def _schema_of(cls: type[Event]) -> ma.Schema:
    annotations = typing.get_type_hints(cls)
    members: dict[str, ma.fields.Field[Any]] = {}
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        members[field.name] = _field_of(annotations[field.name], field)
    return ma.Schema.from_dict(members, name=f"{cls.__name__}Schema")(unknown=ma.EXCLUDE)


def _field_of(annotation: Any, field: dataclasses.Field[Any]) -> ma.fields.Field[Any]:
    required = field.default is dataclasses.MISSING
    optional = isinstance(annotation, types.UnionType)
    if optional:
        (annotation,) = (member for member in typing.get_args(annotation) if member is not type(None))
    options: dict[str, Any] = {
        "required": required,
        "allow_none": optional,
        "metadata": {"description": field.metadata.get("description", "")},
    }
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return ma.fields.Enum(annotation, by_value=True, **options)
    return _FIELDS[typing.get_origin(annotation) or annotation](**options)


def described(description: str, **options: Any) -> Any:
    """A dataclass field with the sentence that `docs/events.md` prints for it."""
    return dataclasses.field(metadata={"description": description}, **options)
