"""Fields that several features' schemas are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import marshmallow as ma
from marshmallow import validate

from libs.chassis.messages import N_
from libs.chassis.schemas import Range, Text

LONGEST_NAME = 80
LONGEST_CONTACT = 200
LONGEST_NOTE = 1000

_PLAUSIBLE = Range(min=datetime(2000, 1, 1, tzinfo=UTC), max=datetime(2200, 1, 1, tzinfo=UTC))
_COMMUNE = validate.Regexp(r"(?:\d{2}|2[AB])\d{3}\Z", error=N_("Not an INSEE code of a commune."))
_DEPARTEMENT = validate.Regexp(r"(?:\d{2}|2[AB]|97\d|98\d)\Z", error=N_("Not a code of a département."))
_CODE = validate.Regexp(
    r"[a-z0-9][a-z0-9_-]{1,39}\Z", error=N_("Lower-case letters, digits and hyphens only, 2 to 40.")
)


class Instant(ma.fields.AwareDateTime):
    """A date and time with its offset from UTC, in this century or the next."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=_PLAUSIBLE, default_timezone=None, **options)


class CommuneCode(ma.fields.String):
    """The INSEE code of a commune, as in `26362` or `2A004`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=_COMMUNE, **options)


class DepartementCode(ma.fields.String):
    """The code of a département, as in `26`, `2A` or `974`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=_DEPARTEMENT, **options)


class Code(ma.fields.String):
    """A short word for programs, as in `lien-social`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=_CODE, **options)


class HttpsAddress(Text):
    """An address that a browser may be sent to: `https`, with a host, and nobody's password in it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(longest=500, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        try:
            parts = urlsplit(text)
            sound = parts.scheme == "https" and parts.hostname and not parts.username and " " not in text
        except ValueError:
            sound = False
        if not sound:
            raise ma.ValidationError(N_("Not an address that begins with https://."))
        return text


def name_field(**options: Any) -> Text:
    """How somebody wishes to be called in one défi: the service knows no other name of theirs."""
    return Text(longest=LONGEST_NAME, **options)


def contact_field(**options: Any) -> Text:
    """How to reach somebody, as they wrote it; shown to the core group only."""
    return Text(longest=LONGEST_CONTACT, load_default=None, allow_none=True, **options)


def note_field(**options: Any) -> Text:
    """A word from one person to another."""
    return Text(longest=LONGEST_NOTE, multiline=True, load_default=None, allow_none=True, **options)
