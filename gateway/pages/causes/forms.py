"""Between the forms of causes and what the services take. Pure.

A form's field has the service's name with `_` for `.`: `governance.dpo` is typed in `governance_dpo`. A localised text
has two fields, `title_fr` and `title_en`; an instant has two, `opens_at_day` and `opens_at_hour`, in Paris.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from gateway import hours
from gateway.services import ServiceProblem

LANGUAGES: Final = ("fr", "en")
_LONGEST_NUMBER: Final = 12
_PLACE_IN_LIST = re.compile(r"\.(?:value|key|\d+)\Z")


def two(*names: str) -> tuple[str, ...]:
    """The fields of localised texts."""
    return tuple(f"{name}_{language}" for name in names for language in LANGUAGES)


def at(*names: str) -> tuple[str, ...]:
    """The fields of instants."""
    return tuple(f"{name}_{part}" for name in names for part in ("day", "hour"))


def localised(values: Mapping[str, Any], name: str) -> dict[str, str]:
    """The text by language; French as it was typed, be it nothing, for the service to refuse."""
    english = values[f"{name}_en"]
    return {"fr": values[f"{name}_fr"]} | ({"en": english} if english else {})


def instant(values: Mapping[str, Any], name: str) -> str:
    """The instant in UTC; what is none goes as it was typed, for the service to refuse."""
    day, hour = values[f"{name}_day"], values[f"{name}_hour"]
    return hours.instant(day, hour) or f"{day} {hour}".strip()


def whole(text: str) -> int | str | None:
    """A whole number; None for nothing; what is no number as it was typed, for the service to refuse."""
    digits = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if digits else text or None


def decimal(text: str) -> str:
    """A figure as the service reads it, however it was spaced, with a comma or a point."""
    return re.sub(r"\s", "", text).replace(",", ".")


def lines(text: str) -> list[str]:
    """One item a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def placed(problem: ServiceProblem, values: Mapping[str, Any], prefix: str = "") -> ServiceProblem:
    """The refusal with each sentence at the field, among those of `values`, where it can be mended.

    `prefix` begins the names of fields where a page has several forms.
    """
    fields = {_field(name, values, prefix): words for name, words in problem.fields.items()}
    if problem.code.endswith(".slug_taken"):
        fields = {"slug": problem.detail}
    return ServiceProblem(problem.status, problem.code, problem.detail, fields)


def _field(name: str, values: Mapping[str, Any], prefix: str) -> str:
    found = _PLACE_IN_LIST.sub("", name).replace(".", "_")
    for base in (found, f"{prefix}{found}"):
        for candidate in (base, f"{base}_fr", f"{base}_day"):
            if candidate in values:
                return candidate
    return found
