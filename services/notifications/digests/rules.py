"""When daily digests leave: at a set hour of the clock in France, every day, summer time or not.

A *slot* is such a moment. The digest of a slot tells what came up to it and after the slot of the digest before; what
comes later waits for the next slot, also when the digest itself is sent late because nothing ran at the hour.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def latest_slot(now: datetime, hour: int, zone: tzinfo) -> datetime:
    """The last moment, `now` included, when the clock of `zone` showed `hour` o'clock; in UTC.

    An hour that the clock skips in spring is taken as the hour after; one that it shows twice in autumn, as the first.
    """
    today = now.astimezone(zone).date()
    slot = _slot_of(today, hour, zone)
    return slot if slot <= now else _slot_of(today - timedelta(days=1), hour, zone)


def _slot_of(day: date, hour: int, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
