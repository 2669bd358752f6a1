"""Dates and hours as people type and read them, which is in Paris; services take and give UTC. Templates know this
module as `hours`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import format_date, format_time, format_timedelta, get_locale
from flask_babel import gettext as _

PARIS = ZoneInfo("Europe/Paris")


def instant(day: str, hour: str) -> str | None:
    """The instant of `2026-12-05` and `18:30` in Paris, in ISO 8601 UTC; None where that is no date and hour.

    An hour that the clocks skip in spring is the one after; one that they repeat in autumn is the first of the two.
    """
    try:
        read = datetime.strptime(f"{day} {hour[:5]}", "%Y-%m-%d %H:%M").replace(tzinfo=PARIS)
    except ValueError:
        return None
    return read.astimezone(UTC).isoformat()


def typed(at: str) -> tuple[str, str]:
    """The date and the hour, in Paris, that one would type for an ISO 8601 instant: what `instant` reads."""
    local = datetime.fromisoformat(at).astimezone(PARIS)
    return local.strftime("%Y-%m-%d"), local.strftime("%H:%M")


def span(starts_at: str, ends_at: str) -> str:
    """From one ISO 8601 instant to another, as one says it: the day once where they are on the same."""
    first, last = (datetime.fromisoformat(at).astimezone(PARIS) for at in (starts_at, ends_at))
    words = {
        "first": written(first, "full"),
        "start": format_time(first, "short"),
        "last": written(last, "full"),
        "end": format_time(last, "short"),
    }
    if first.date() == last.date():
        return str(_("%(first)s, from %(start)s to %(end)s (Paris time)", **words))
    return str(_("From %(first)s at %(start)s to %(last)s at %(end)s (Paris time)", **words))


def written(at: datetime, form: str) -> str:
    """The day of an instant in Paris, `long` or `full`; French has a first of the month, « 1er novembre »."""
    words, local = str(format_date(at, form)), at.astimezone(PARIS)
    if local.day == 1 and str(get_locale()) == "fr":
        return re.sub(r"\b1(?=\s)", "1er", words, count=1)
    return words


def dated(at: str, pattern: str) -> str:
    """The day of an ISO 8601 instant, by a pattern of CLDR (`d`, `MMM`, `EEEE d MMMM`)."""
    return str(format_date(datetime.fromisoformat(at), pattern))


def ago(at: str) -> str:
    """How long ago an ISO 8601 instant was, in words, as in `il y a 3 jours`."""
    return str(format_timedelta(datetime.fromisoformat(at) - datetime.now(UTC), "minute", add_direction=True))
