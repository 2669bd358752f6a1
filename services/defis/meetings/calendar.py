"""Meetings as iCalendar (RFC 5545), for people's own calendars. Public: no online address and nobody's name in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from services.defis.meetings.models import Meeting
from services.defis.meetings.rules import State

CONTENT_TYPE = "text/calendar; charset=utf-8"
_LONGEST_LINE = 75  # bytes, without the line break
_PRODUCT = "-//Maillage//defis//FR"


def calendar(title: str, domain: str, address: str, meetings: Iterable[Meeting]) -> str:
    """The calendar `title` with these meetings. `domain` makes their ids unique; `address` leads to the défi."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(title)}",
    ]
    for meeting in meetings:
        lines += _event(meeting, domain, address)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(meeting: Meeting, domain: str, address: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{meeting.id}@{domain}"
    yield f"DTSTAMP:{_instant(meeting.changed_at)}"
    yield f"SEQUENCE:{meeting.revision}"
    yield f"DTSTART:{_instant(meeting.starts_at)}"
    yield f"DTEND:{_instant(meeting.ends_at)}"
    yield f"SUMMARY:{_text(meeting.title)}"
    if meeting.place:
        yield f"LOCATION:{_text(meeting.place)}"
    if meeting.agenda:
        yield f"DESCRIPTION:{_text(meeting.agenda)}"
    yield f"URL:{address}"
    yield f"STATUS:{'CANCELLED' if meeting.state == State.CANCELLED else 'CONFIRMED'}"
    yield "END:VEVENT"


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """A text value: what would end it or the line is escaped (section 3.3.11)."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """The line cut into parts of at most 75 bytes, never within a character; each but the first begins with a space."""
    part = ""
    for character in line:
        if len((part + character).encode()) > _LONGEST_LINE:
            yield part
            part = " "
        part += character
    yield part
