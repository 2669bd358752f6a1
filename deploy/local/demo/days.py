"""The demo's calendar: days counted from the one on which it is loaded, by the clocks of France."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class Days:
    """Instants and dates by their distance from the day of the demo, which is day 0."""

    def __init__(self, now: datetime) -> None:
        self.today = now.astimezone(PARIS).date()

    def date(self, day: int) -> date:
        """The date of a day."""
        return self.today + timedelta(days=day)

    def moment(self, day: int, hour: float) -> datetime:
        """An instant of a day; `hour` is what clocks show, with minutes as a fraction."""
        shown = datetime.combine(self.date(day), time()) + timedelta(hours=hour)
        return shown.replace(tzinfo=PARIS)
