"""The envelope every event travels in: CloudEvents 1.0, structured JSON.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md. Two extensions are used:
`sequence` (the rank of the fact among those of its subject, from 1, as the text CloudEvents asks for) and
`traceparent` (W3C Trace Context), which ties a message to the request it came from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import marshmallow as ma
from marshmallow import validate

CONTENT_TYPE = "application/cloudevents+json"
MAX_BYTES = 1_000_000


class UnreadableEnvelope(ValueError):
    """Bytes that are no CloudEvent of ours: nothing in them can be trusted, not even an id to store them by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One event on its way. `data` is still plain JSON; the event class of `type` reads it."""

    id: UUID
    type: str
    source: str
    subject: str
    sequence: int
    time: datetime
    data: dict[str, Any]
    traceparent: str

    @property
    def owner(self) -> str:
        """The code of whoever published it, e.g. `coalition` or `op1`: the first word of its type."""
        return self.type.partition(".")[0]

    def to_json(self) -> str:
        """The structured JSON form, ready to be stored or published."""
        return json.dumps(_SCHEMA.dump(self) | _CONSTANTS, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, body: bytes | str) -> Envelope:
        """Read an envelope. Raises `UnreadableEnvelope` with the reason."""
        if len(body) > MAX_BYTES:
            raise UnreadableEnvelope(f"an event has at most {MAX_BYTES} bytes, this one has {len(body)}")
        return cls.from_stored(body if isinstance(body, str) else _decoded(body))

    @classmethod
    def from_stored(cls, text: str) -> Envelope:
        """Read one that was stored, which may be longer than what came: a `1e15` is written out."""
        document = _document(text)
        if not isinstance(document, dict):
            raise UnreadableEnvelope("not a JSON object")
        if document.get("specversion") != _CONSTANTS["specversion"]:
            raise UnreadableEnvelope("not CloudEvents 1.0")
        try:
            return cls(**_SCHEMA.load(document))
        except ma.ValidationError as error:
            raise UnreadableEnvelope(f"not a CloudEvent of ours: {error.messages}") from error


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise UnreadableEnvelope("not UTF-8") from error


def _document(text: str) -> Any:
    try:
        document = json.loads(text)
        if "\\u" in text:
            # An escape can spell half a character, which no database stores: kept, it would stop the whole mailbox.
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise UnreadableEnvelope(f"not JSON: {error}") from error
    return document


_CONSTANTS = {"specversion": "1.0", "datacontenttype": "application/json"}
# PostgreSQL text cannot hold U+0000, and no identifier of ours has a control character.
_PRINTABLE = validate.Regexp(r"[^\x00-\x1f\x7f]{1,255}\Z")


class _Sequence(ma.fields.Integer):
    """A positive integer that travels as text, as the CloudEvents sequence extension asks."""

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **_: Any) -> str:
        return str(value)


class _EnvelopeSchema(ma.Schema):
    class Meta:
        unknown = ma.EXCLUDE

    id = ma.fields.UUID(required=True)
    type = ma.fields.String(required=True, validate=_PRINTABLE)
    source = ma.fields.String(required=True, validate=_PRINTABLE)
    subject = ma.fields.String(required=True, validate=_PRINTABLE)
    sequence = _Sequence(required=True, validate=validate.Range(min=1, max=2**63 - 1))
    time = ma.fields.AwareDateTime(required=True)
    data = ma.fields.Dict(required=True, keys=ma.fields.String())
    traceparent = ma.fields.String(load_default="", validate=validate.Length(max=64))


_SCHEMA = _EnvelopeSchema()
