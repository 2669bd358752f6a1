"""Sentences in the language of their reader, whoever asks: a request, or a worker that writes a mail."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from libs.chassis.i18n import read_catalogues
from services.notifications.kinds.rules import Say

PARIS = ZoneInfo("Europe/Paris")
TRANSLATIONS = Path(__file__).parent / "translations"

_WHOLE_HOUR = {"fr": "EEEE d\u00a0MMMM y 'à' H\u00a0'h'", "en": "EEEE d\u00a0MMMM y 'at' HH:mm"}
_TIME = {"fr": "EEEE d\u00a0MMMM y 'à' H\u00a0'h'\u00a0mm", "en": "EEEE d\u00a0MMMM y 'at' HH:mm"}
_DAY = "EEEE d\u00a0MMMM"


class Words:
    """What there is to say, in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = read_catalogues([TRANSLATIONS], language)

    def say(self, message: str, **places: Any) -> str:
        """A sentence marked with `N_`, translated, its places filled; times are worded as people read them."""
        worded = {
            name: self.time(value) if isinstance(value, datetime) else value for name, value in places.items()
        }
        translated = str(self._catalogue.gettext(message))
        return translated.format(**worded) if worded else translated

    def all(self, says: list[Say]) -> list[str]:
        """Several sentences."""
        return [self.say(message, **places) for message, places in says]

    def time(self, moment: datetime) -> str:
        """A day and an hour in France: « samedi 21 novembre 2026 à 18 h 30 »."""
        local = moment.astimezone(PARIS)
        pattern = (_TIME if local.minute else _WHOLE_HOUR)[self.language]
        form = self._with_first(pattern, local)
        return str(format_datetime(local.replace(tzinfo=None), form, locale=self.language))

    def day(self, day: date) -> str:
        """A day: « samedi 21 novembre »."""
        return str(format_date(day, self._with_first(_DAY, day), locale=self.language))

    def _with_first(self, pattern: str, day: date) -> str:
        """The pattern, which in French says the first of a month as such: « 1er novembre »."""
        return (
            pattern.replace("d\u00a0", "d'er'\u00a0") if day.day == 1 and self.language == "fr" else pattern
        )


@cache
def words_in(language: str) -> Words:
    """The words of a language, read once a process."""
    return Words(language)
