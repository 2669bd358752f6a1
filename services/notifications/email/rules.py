"""When a notice leaves by mail."""

from __future__ import annotations

from typing import Literal

from services.notifications.kinds.rules import Level

MOST_AT_ONCE = 6
"""Mails sent at once to one recipient within an hour. What comes on top waits for the digest: nobody is flooded."""

Next = Literal["send", "digest", "drop"]


def next_of(level: Level, sent_within_an_hour: int) -> Next:
    """What to do with a new notice of a kind that its recipient receives at `level`."""
    if level is Level.NONE:
        return "drop"
    if level is Level.AT_ONCE and sent_within_an_hour < MOST_AT_ONCE:
        return "send"
    return "digest"
