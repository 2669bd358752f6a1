"""Actions: due dates, bodies and states, without a database."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.chassis.errors import Conflict, Forbidden, Invalid
from services.consultation.actions.rules import (
    MEASURED_FOR,
    RecordedAs,
    Status,
    check_bodies,
    check_moves,
    is_late,
    months_after,
    next_due,
    recorder,
)

FIRST = date(2026, 1, 31)
days = st.dates(min_value=date(2000, 1, 1), max_value=date(2150, 1, 1))


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert months_after(FIRST, 1) == date(2026, 2, 28)
    assert months_after(FIRST, 25) == date(2028, 2, 29)
    assert months_after(date(2026, 12, 15), 1) == date(2027, 1, 15)


@given(day=days, months=st.integers(0, 300))
def test_months_after_keeps_the_count_of_months(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day


def test_the_first_measure_is_due_on_the_first_due_date() -> None:
    assert next_due(FIRST, 6, []) == FIRST


def test_a_measure_before_the_first_due_date_does_not_bring_it_forward() -> None:
    assert next_due(FIRST, 3, [date(2025, 6, 1)]) == FIRST


def test_the_next_measure_is_due_so_many_months_after_the_latest() -> None:
    assert next_due(FIRST, 6, [date(2026, 8, 2), date(2026, 2, 2)]) == date(2027, 2, 2)


@given(measured=st.lists(days, max_size=5), every=st.integers(1, 24))
def test_nothing_is_due_after_two_years(measured: list[date], every: int) -> None:
    due = next_due(FIRST, every, measured)
    assert due is None or FIRST <= due <= months_after(FIRST, MEASURED_FOR)


def test_a_measure_is_late_from_the_day_after_it_was_due() -> None:
    assert not is_late(FIRST, Status.UNDER_WAY, FIRST)
    assert is_late(FIRST, Status.UNDER_WAY, date(2026, 2, 1))
    assert is_late(FIRST, Status.DONE, date(2026, 2, 1))
    assert not is_late(None, Status.UNDER_WAY, date(2036, 2, 1))


@pytest.mark.parametrize("status", [Status.DRAFT, Status.ABANDONED])
def test_nobody_waits_for_measures_of_a_draft_or_of_what_was_abandoned(status: Status) -> None:
    assert not is_late(FIRST, status, date(2027, 1, 1))


@pytest.mark.parametrize("measurer", ["Région Bretagne", "REGION  bretagne", "région-Bretagne"])
def test_a_body_does_not_measure_its_own_action_under_another_spelling(measurer: str) -> None:
    with pytest.raises(Invalid):
        check_bodies("Région Bretagne", measurer)
    check_bodies("Région Bretagne", "Université de Rennes")


MOVES = {
    (Status.DRAFT, Status.ABANDONED),
    (Status.PLANNED, Status.UNDER_WAY),
    (Status.PLANNED, Status.ABANDONED),
    (Status.UNDER_WAY, Status.DONE),
    (Status.UNDER_WAY, Status.ABANDONED),
}


@pytest.mark.parametrize(("was", "wanted"), [(was, wanted) for was in Status for wanted in Status])
def test_an_action_moves_on_and_never_back(was: Status, wanted: Status) -> None:
    if (was, wanted) in MOVES:
        check_moves(was, wanted)
    else:
        with pytest.raises(Conflict):
            check_moves(was, wanted)


def test_a_coordinator_measures_only_where_no_account_was_named() -> None:
    assert recorder(measurer=True, named=True, coordinator=False) is RecordedAs.MEASURER
    assert recorder(measurer=False, named=False, coordinator=True) is RecordedAs.COORDINATOR
    for named, coordinator in ((True, True), (True, False), (False, False)):
        with pytest.raises(Forbidden):
            recorder(measurer=False, named=named, coordinator=coordinator)
