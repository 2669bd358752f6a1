"""The site's words in a language, by what they are in English: a walk is written once and goes in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

import gateway

FRENCH = Path(gateway.__file__).parent / "translations/fr/LC_MESSAGES"

Say = Callable[[str], str]


def speaker(language: str) -> Say:
    """A function from an English sentence of the site to the same in `language`."""
    return (lambda english: english) if language == "en" else _french().__getitem__


@cache
def _french() -> dict[str, str]:
    found = {}
    for path in FRENCH.glob("*.po"):
        with path.open("rb") as file:
            found.update(
                {message.id: message.string for message in read_po(file) if isinstance(message.id, str)}
            )
    return found


def about(*sentences: str) -> re.Pattern[str]:
    """Any of some sentences: whatever stands in their places (`%(day)s`), and whatever kind of blank parts words."""
    return re.compile("|".join(_pattern(sentence) for sentence in sentences))


def _pattern(sentence: str) -> str:
    words = [re.sub(r"%\\\(\w+\\\)[sd]", ".+", re.escape(word)) for word in sentence.split()]
    return r"\s+".join(words)
