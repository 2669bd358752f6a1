"""The form of a meeting, between what is typed, in hours of Paris, and what the service takes."""

from __future__ import annotations

from gateway.hours import instant, typed
from gateway.pages.defis.meeting_form import changes_of, fields_of, values_of, whole
from tests.pages.meetings import FORM


def test_hours_are_those_of_paris_in_winter_and_in_summer() -> None:
    assert instant("2026-12-05", "18:30") == "2026-12-05T17:30:00+00:00"
    assert instant("2026-07-05", "18:30") == "2026-07-05T16:30:00+00:00"
    assert typed("2026-07-05T22:30:00+00:00") == ("2026-07-06", "00:30")
    assert instant("5 décembre", "18:30") is None
    assert instant("2026-12-05", "") is None


def test_what_was_typed_becomes_what_the_service_takes_and_back() -> None:
    values = {
        **FORM,
        "capacity": "12",
        "last_day": "2026-12-06",
        "day": "2026-12-05",
        "starts": "20:00",
        "ends": "01:00",
    }
    sent = fields_of(values)
    assert sent["starts_at"] == "2026-12-05T19:00:00+00:00"
    assert sent["ends_at"] == "2026-12-06T00:00:00+00:00"
    assert sent["capacity"] == 12
    assert sent["online_url"] is None
    again = values_of({**sent, "kind": "debate"})
    assert {name: again[name] for name in ("day", "starts", "ends", "last_day")} == {
        name: values[name] for name in ("day", "starts", "ends", "last_day")
    }


def test_an_hour_left_as_it_is_is_not_sent_again() -> None:
    meeting = fields_of(FORM) | {"kind": "debate"}
    assert {"starts_at", "ends_at"}.isdisjoint(changes_of(FORM, meeting))
    assert "ends_at" in changes_of({**FORM, "ends": "22:00"}, meeting)
    assert "starts_at" not in changes_of({**FORM, "ends": "22:00"}, meeting)


def test_a_number_is_sent_as_one_and_anything_else_as_it_stands() -> None:
    assert [whole(text) for text in ("12", "", "une douzaine", "²", "9" * 30)] == [
        12,
        None,
        "une douzaine",
        "²",
        "9" * 30,
    ]
