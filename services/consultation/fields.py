"""Fields that several features' schemas are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.chassis.messages import N_
from libs.chassis.schemas import Range, Text

_LANGUAGE_CODE = validate.Regexp(r"[a-z]{2,3}\Z", error=N_("Not a language code."))
_SLUG = validate.Regexp(
    r"[a-z0-9][a-z0-9-]{0,79}\Z", error=N_("Lower-case letters, digits and hyphens only, 80 at most.")
)

_PLAUSIBLE = Range(min=datetime(2000, 1, 1, tzinfo=UTC), max=datetime(2200, 1, 1, tzinfo=UTC))
_PLAUSIBLE_DAY = Range(min=date(2000, 1, 1), max=date(2200, 1, 1))


def _has_french(texts: dict[str, str]) -> None:
    if "fr" not in texts:
        raise ma.ValidationError(N_("The French text is missing."))


class LocalisedText(ma.fields.Dict):
    """A text by language, `{"fr": "…", "en": "…"}`, each of at most `longest` characters; French is required."""

    def __init__(self, *, longest: int, multiline: bool = False, **options: Any) -> None:
        texts = Text(longest=longest, multiline=multiline)
        super().__init__(keys=LanguageCode(), values=texts, validate=_has_french, **options)


class LanguageCode(ma.fields.String):
    """A language, as in `fr`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=_LANGUAGE_CODE, **options)


class Instant(ma.fields.AwareDateTime):
    """A date and time with its offset from UTC, in this century or the next."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=_PLAUSIBLE, default_timezone=None, **options)


class Slug(ma.fields.String):
    """A short name in addresses."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=_SLUG, **options)


class Day(ma.fields.Date):
    """A date of the calendar, in this century or the next."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=_PLAUSIBLE_DAY, **options)
