"""The hour at which digests leave, over the years and both changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.digests.rules import latest_slot

PARIS = ZoneInfo("Europe/Paris")
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=2500)).map(
    lambda since: datetime(2025, 1, 1, tzinfo=UTC) + since
)
HOURS = st.integers(0, 23)
# Of the two hours at which the clock is set, one shows no such hour on one day of the year.
UNDISTURBED = HOURS.filter(lambda hour: hour != 2)


@given(MOMENTS, HOURS)
def test_a_slot_is_past_and_less_than_a_long_day_ago(now: datetime, hour: int) -> None:
    age = now - latest_slot(now, hour, PARIS)
    assert timedelta(0) <= age < timedelta(hours=25)


@given(MOMENTS, UNDISTURBED)
def test_a_slot_is_at_the_hour_that_people_see(now: datetime, hour: int) -> None:
    local = latest_slot(now, hour, PARIS).astimezone(PARIS)
    assert (local.hour, local.minute, local.second) == (hour, 0, 0)


@given(MOMENTS, HOURS, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_slots_follow_each_other_one_a_day(now: datetime, hour: int, later: timedelta) -> None:
    first, second = latest_slot(now, hour, PARIS), latest_slot(now + later, hour, PARIS)
    assert first <= second
    days = (second.astimezone(PARIS).date() - first.astimezone(PARIS).date()).days
    assert (days == 0) == (first == second)
    assert abs((second - first) - timedelta(days=days)) <= timedelta(hours=1)


@given(MOMENTS, HOURS)
def test_asking_at_a_slot_gives_that_slot(now: datetime, hour: int) -> None:
    slot = latest_slot(now, hour, PARIS)
    assert latest_slot(slot, hour, PARIS) == slot
    assert latest_slot(slot - timedelta(microseconds=1), hour, PARIS) < slot


def test_seven_in_the_morning_is_five_in_summer_and_six_in_winter() -> None:
    summer, winter = (
        latest_slot(datetime(2026, month, 15, 12, tzinfo=UTC), 7, PARIS).hour for month in (7, 1)
    )
    assert (summer, winter) == (5, 6)
