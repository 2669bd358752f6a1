"""Limits that hold over all processes, counted in PostgreSQL: links mailed, codes tried, posts made.

(What one network may send is limited at the edge, by nginx; a counter in one process would only see its share.)
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.chassis.errors import TooMany
from libs.chassis.messages import N_

_COUNT = text(
    """
    INSERT INTO limit_counter (key, window_start, count) VALUES (:key, :window_start, 1)
    ON CONFLICT (key, window_start) DO UPDATE SET count = limit_counter.count + 1
    RETURNING count
    """
)


def count_against_limit(
    session: Session, what: str, whom: str, *, most: int, per: timedelta, now: datetime | None = None
) -> None:
    """Count one `what` done by `whom`; raise `TooMany` when it is more than `most` in the current window of `per`.

    The count stands only if the transaction commits: count in a transaction of its own what must be counted even
    when the request then fails.
    """
    now = now or datetime.now(UTC)
    start = datetime.fromtimestamp(now.timestamp() // per.total_seconds() * per.total_seconds(), UTC)
    key = f"{what}:{hashlib.sha256(whom.encode()).hexdigest()}"
    count = session.execute(_COUNT, {"key": key, "window_start": start}).scalar_one()
    if count > most:
        wait = int((start + per - now).total_seconds()) + 1
        raise TooMany(
            "limit.reached",
            N_("That was a lot at once. Please try again in {wait} s."),
            retry_after=wait,
            wait=wait,
        )


def forget_old_counts(session: Session, now: datetime) -> None:
    """Scheduled job: drop counters of windows long past."""
    session.execute(
        text("DELETE FROM limit_counter WHERE window_start < :old"), {"old": now - timedelta(days=2)}
    )
