"""What every template may use besides what its page hands it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.numbers import format_decimal, format_percent
from flask import Flask
from flask_babel import format_currency, format_time, get_locale, gettext
from markupsafe import Markup, escape

from gateway import figures, hours, session, wording
from gateway.pieces import Pieces
from gateway.security import here
from gateway.settings import GatewaySettings

MOST_FIGURES = 4096
"""Figures whose words are kept, in each of their two forms."""


def configure_templates(app: Flask, settings: GatewaySettings) -> None:
    """Filters, names and strictness of the templates."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        number=number,
        percent=percent,
        euros=euros,
        local=local,
        in_language=in_language,
        paragraphs=paragraphs,
    )
    pieces = Pieces(app)
    app.jinja_env.globals.update(
        wording=wording,
        hours=hours,
        segments=figures.segments,
        bar_of=pieces.bar_of,
        map_of=pieces.map_of,
        filters_of=pieces.filters_of,
        public_url=settings.public_url,
        demo=bool(settings.demo_mail),
        read_only=settings.read_only,
    )

    @app.context_processor
    def about_the_reader() -> dict[str, Any]:
        return {
            "account": session.account(),
            "language": str(get_locale()),
            "here": here(),
        }


def local(text: dict[str, str] | str | None) -> str:
    """A localised text in the reader's language, or in French where it has no other."""
    if not text:
        return ""
    if isinstance(text, str):
        return text
    return text.get(str(get_locale())) or text.get("fr") or next(iter(text.values()), "")


def in_language(text: dict[str, str] | None) -> Markup:
    """The localised text, marked with its language where that is not the page's, for those who listen to it."""
    return _marked(local(text), text)


def paragraphs(text: dict[str, str] | None) -> list[Markup]:
    """The paragraphs of a localised text, which its author parted by line ends; each marked with its language."""
    return [_marked(line.strip(), text) for line in local(text).splitlines() if line.strip()]


def _marked(words: str, text: dict[str, str] | None) -> Markup:
    chosen = local(text)
    if not text or text.get(str(get_locale())) == chosen:
        return escape(words)
    language = next((code for code, sentence in text.items() if sentence == chosen), "fr")
    return Markup('<span lang="{}">{}</span>').format(language, words)


def day(instant: str) -> str:
    """The date of an ISO 8601 instant, as one writes it."""
    return hours.written(datetime.fromisoformat(instant), "long")


def moment(instant: str) -> str:
    """Date and time of an ISO 8601 instant."""
    at = datetime.fromisoformat(instant)
    places = {"day": hours.written(at, "long"), "time": format_time(at, "short")}
    return str(gettext("%(day)s at %(time)s (Paris time)", **places))


def number(figure: float | Decimal) -> str:
    """A figure, its thousands apart as the language does."""
    return _number(get_locale(), figure)


def percent(whole: int) -> str:
    """A whole percentage, spaced as the language does."""
    return _percent(get_locale(), whole)


# Babel takes as long for a figure as a template for ten lines, and pages of results name the same ones all the time.
@lru_cache(maxsize=MOST_FIGURES)
def _number(locale: Locale, figure: float | Decimal) -> str:
    return format_decimal(figure, locale=locale)


@lru_cache(maxsize=MOST_FIGURES)
def _percent(locale: Locale, whole: int) -> str:
    return format_percent(whole / 100, locale=locale)


def euros(cents: int) -> str:
    """An amount of money, as one writes it: « 1 250,50 € »."""
    return str(format_currency(Decimal(cents) / 100, "EUR"))
