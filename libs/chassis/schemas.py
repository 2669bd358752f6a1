"""What every service's marshmallow schemas share: strict input, and complaints that can be translated.

marshmallow's own sentences are translated by their English text (listed in `MARSHMALLOW_SENTENCES`); ours, which
have places in them, travel as `Sentence`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import flask_smorest
import marshmallow as ma
from flask import Request
from marshmallow import validate
from webargs import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from libs.chassis.errors import FieldError, Invalid, Malformed, Sentence
from libs.chassis.messages import N_

MARSHMALLOW_SENTENCES = (
    N_("Missing data for required field."),
    N_("Field may not be null."),
    N_("Unknown field."),
    N_("Invalid input type."),
    N_("Not a valid string."),
    N_("Not a valid integer."),
    N_("Not a valid boolean."),
    N_("Not a valid UUID."),
    N_("Not a valid list."),
    N_("Not a valid mapping type."),
    N_("Not a valid date."),
    N_("Not a valid datetime."),
    N_("Not a valid aware datetime."),
    N_("Not a valid email address."),
)


class Schema(ma.Schema):
    """Base of input and output schemas. A field that the schema does not know is refused, not ignored."""

    class Meta:
        unknown = ma.RAISE

    def _init_fields(self) -> None:
        super()._init_fields()
        self._written = [
            (name, field.attribute or name, field.data_key or name, field, _is_plain(field))
            for name, field in self.dump_fields.items()
        ]

    def _serialize(self, obj: Any, *, many: bool = False) -> Any:
        """As marshmallow does it; but what a field is of is taken off the object at once. marshmallow goes through four
        functions for each field to try every way of reading, which was most of what a long answer cost.
        """
        if many and obj is not None:
            return [self._serialize(one) for one in obj]
        by_key = isinstance(obj, dict)
        if not by_key and hasattr(obj, "__getitem__"):
            return super()._serialize(obj)
        written = {}
        for name, attribute, key, field, plain in self._written:
            value = obj.get(attribute, missing) if by_key else getattr(obj, attribute, missing)
            if plain and value is not missing:
                value = field._serialize(value, name, obj)
            else:
                value = field.serialize(name, obj, accessor=self.get_attribute)
            if value is not missing:
                written[key] = value
        return written


def _is_plain(field: ma.fields.Field[Any]) -> bool:
    """Whether a field is read off an object as any other: some have a way of their own."""
    ways = (type(field).serialize, type(field).get_value)
    return field._CHECK_ATTRIBUTE and ways == (ma.fields.Field.serialize, ma.fields.Field.get_value)


class Text(ma.fields.String):
    """A text a person wrote: composed Unicode, trimmed, without control characters, of `shortest` to `longest`.

    Lengths are in characters after composition. Line breaks are control characters unless `multiline`.
    """

    def __init__(self, *, longest: int, shortest: int = 1, multiline: bool = False, **options: Any) -> None:
        super().__init__(validate=TextLength(min=shortest, max=longest), **options)
        self._multiline = multiline

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = unicodedata.normalize("NFC", str(super()._deserialize(value, attr, data, **options))).strip()
        if self._multiline:
            text = text.replace("\r\n", "\n")
        if any(_is_control(character, self._multiline) for character in text):
            raise ma.ValidationError(Sentence(N_("This text has control characters in it.")))
        return text


def _is_control(character: str, multiline: bool) -> bool:
    # Cc: controls. Cs: lone surrogates, which no database stores. Bidirectional overrides make a text lie.
    if multiline and character in "\n\t":
        return False
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in "\u202a\u202b\u202d\u202e"
    )


class TextLength(validate.Length):
    """A text of a bounded number of characters."""

    def _format_error(self, value: Any, message: str) -> str:
        if not value:
            return Sentence(N_("This is left to fill in."))
        if self.min is not None and len(value) < self.min:
            return Sentence(N_("This text is too short: at least {shortest} characters."), shortest=self.min)
        return Sentence(
            N_("This text is too long: at most {longest} characters, here {length}."),
            longest=self.max,
            length=len(value),
        )


class OneOf(validate.OneOf):
    """One of a list of words."""

    def _format_error(self, value: Any) -> str:
        return Sentence(N_("Must be one of: {choices}."), choices=self.choices_text)


class Range(validate.Range):
    """A number between two bounds, both allowed."""

    def _format_error(self, value: Any, message: str) -> str:
        return Sentence(N_("Must be between {least} and {most}."), least=self.min, most=self.max)


class ItemCount(validate.Length):
    """A list of a bounded number of items."""

    def _format_error(self, value: Any, message: str) -> str:
        return Sentence(N_("Must have {least} to {most} items."), least=self.min or 0, most=self.max)


class _Parser(FlaskParser):
    """Reads requests; what cannot be read or does not fit leaves as one of our problems."""

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        if not req.is_json:
            if req.content_length:
                raise UnsupportedMediaType
            return missing
        try:
            return req.get_json()
        except (BadRequest, RecursionError) as error:
            raise Malformed("request.not_json", N_("The body of this request is not JSON.")) from error

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,
        schema: ma.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        (messages,) = error.messages.values() if isinstance(error.messages, dict) else (error.messages,)
        raise invalid(messages) from error


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A feature's routes, documented in the service's OpenAPI."""

    ARGUMENTS_PARSER = _Parser()


def invalid(messages: Any) -> Invalid:
    """The problem that says what marshmallow found wrong, one error a field."""
    return Invalid(
        "request.invalid", N_("Some of what was sent cannot be accepted."), errors=tuple(_flatten(messages))
    )


def _flatten(messages: Any, path: tuple[str, ...] = ()) -> Iterator[FieldError]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flatten(inner, path if key == ma.exceptions.SCHEMA else (*path, str(key)))
    else:
        for message in [messages] if isinstance(messages, str) else messages:
            sentence = message if isinstance(message, Sentence) else Sentence(message)
            yield FieldError(".".join(path), sentence)
