"""The demo's cause, consultation and consent, in French and English (``texts.toml``)."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Localised = dict[str, str]
"""A text by language: ``{"fr": …, "en": …}``."""

SOURCE = Path(__file__).with_name("texts.toml")


@dataclass(frozen=True, slots=True)
class CauseText:
    """What the coalition stands up for."""

    slug: str
    title: Localised
    mandate: Localised


@dataclass(frozen=True, slots=True)
class ConsultationText:
    """The one question put to everyone."""

    slug: str
    proposal_prefix: str
    title: Localised
    question: Localised
    introduction: Localised


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What a participant agrees to before the first vote, and who answers for it (GDPR, articles 9 and 26)."""

    version: str
    joint_controllers: list[str]
    data_protection_officer: str
    impact_assessment: str
    minimum_age: int
    text: Localised


@dataclass(frozen=True, slots=True)
class DemoTexts:
    """Everything the demo says besides its proposals."""

    cause: CauseText
    consultation: ConsultationText
    consent: ConsentText


def demo_texts() -> DemoTexts:
    """Read the texts; paragraphs are separated by an empty line."""
    found = trimmed(tomllib.loads(SOURCE.read_text(encoding="utf-8")))
    return DemoTexts(
        CauseText(**found["cause"]),
        ConsultationText(**found["consultation"]),
        ConsentText(**found["consent"]),
    )


def trimmed(value: Any) -> Any:
    """The same content without the newlines that only make the file legible."""
    if isinstance(value, dict):
        return {key: trimmed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [trimmed(inner) for inner in value]
    return value.strip() if isinstance(value, str) else value
