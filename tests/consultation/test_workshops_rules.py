"""Workshops: places, dates and origins, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.chassis.errors import Conflict, Invalid
from libs.chassis.ids import UUID, uuid7
from services.consultation.workshops.rules import (
    Place,
    State,
    check_capacity,
    check_dates,
    check_origins,
    check_reportable,
    check_somewhere,
    check_takes_people,
    place_for,
    promotions,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
counts = st.integers(0, 50)


@given(registered=counts, waiting=counts, capacity=st.integers(1, 50))
def test_nobody_gets_a_place_beyond_the_room_or_before_those_who_wait(
    registered: int, waiting: int, capacity: int
) -> None:
    got = place_for(registered, waiting, capacity)
    assert (got is Place.REGISTERED) == (registered < capacity and waiting == 0)


@given(registered=counts, waiting=counts, capacity=st.none() | st.integers(1, 50))
def test_promotions_fill_the_room_and_no_more(registered: int, waiting: int, capacity: int | None) -> None:
    moved = promotions(registered, waiting, capacity)
    assert 0 <= moved <= waiting
    if capacity is None:
        assert moved == waiting
    else:
        assert registered + moved <= max(capacity, registered)
        assert moved == waiting or registered + moved >= capacity


def test_without_a_limit_everybody_has_a_place() -> None:
    assert place_for(9999, 0, None) is Place.REGISTERED


@pytest.mark.parametrize(
    ("starts", "ends"),
    [(-HOUR, HOUR), (HOUR * 0, HOUR), (HOUR, HOUR), (HOUR * 2, HOUR), (HOUR, timedelta(days=4))],
)
def test_a_workshop_is_to_come_ends_after_it_begins_and_is_short(starts: timedelta, ends: timedelta) -> None:
    with pytest.raises(Invalid):
        check_dates(NOW + starts, NOW + ends, NOW)
    check_dates(NOW + HOUR, NOW + 3 * HOUR, NOW)


def test_a_workshop_is_somewhere() -> None:
    check_somewhere("Salle des fêtes", None)
    check_somewhere(None, "https://visio.example")
    with pytest.raises(Invalid):
        check_somewhere(None, None)


def test_a_room_never_shrinks_under_those_who_have_a_place() -> None:
    check_capacity(3, 3)
    check_capacity(None, 3)
    with pytest.raises(Conflict):
        check_capacity(2, 3)


def test_people_come_and_withdraw_until_it_ends() -> None:
    check_takes_people(State.SCHEDULED, NOW + HOUR, NOW)
    for state, ends_at in ((State.SCHEDULED, NOW), (State.HELD, NOW + HOUR), (State.CANCELLED, NOW + HOUR)):
        with pytest.raises(Conflict):
            check_takes_people(state, ends_at, NOW)


def test_a_workshop_is_reported_once_it_has_begun_and_once_only() -> None:
    check_reportable(State.SCHEDULED, NOW, NOW)
    for state, starts_at in ((State.SCHEDULED, NOW + HOUR), (State.HELD, NOW), (State.CANCELLED, NOW)):
        with pytest.raises(Conflict):
            check_reportable(state, starts_at, NOW)


def test_each_draft_comes_from_proposals_of_its_workshop() -> None:
    here, there = uuid7(), uuid7()
    check_origins([[here], [here, here]], [here])
    refused: list[list[list[UUID]]] = [[[]], [[there]], [[here], [here, there]]]
    for drafts in refused:
        with pytest.raises(Invalid):
            check_origins(drafts, [here])
