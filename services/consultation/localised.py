"""A text by language in JSON: `{"fr": "…", "en": "…"}`, French always there."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.chassis.errors import Sentence
from libs.chassis.messages import N_
from libs.chassis.schemas import Text


class _Code(validate.Regexp):
    """A language code of two or three letters."""

    def __init__(self) -> None:
        super().__init__(r"[a-z]{2,3}\Z", error=Sentence(N_("Not a language code.")))


class _SlugPattern(validate.Regexp):
    def __init__(self) -> None:
        error = Sentence(N_("Lower-case letters, digits and hyphens only, 80 at most."))
        super().__init__(r"[a-z0-9][a-z0-9-]{0,79}\Z", error=error)


class LocalisedText(ma.fields.Dict):
    """A text by language, each of at most `longest` characters; French is required."""

    def __init__(self, *, longest: int, multiline: bool = False, **options: Any) -> None:
        texts = Text(longest=longest, multiline=multiline)
        super().__init__(keys=LanguageCode(), values=texts, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        texts = super()._deserialize(value, attr, data, **options)
        if "fr" not in texts:
            raise ma.ValidationError({"fr": [Sentence(N_("The French text is missing."))]})
        return texts


class LanguageCode(ma.fields.String):
    """A language, as in `fr`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=_Code(), **options)


class Slug(ma.fields.String):
    """A short name in addresses."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=_SlugPattern(), **options)
