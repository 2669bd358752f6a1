"""A published version of results is corrected by another, once, and stays readable as it was."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.consultation.press import LATER, WHY, Press


def test_a_corrected_version_stays_readable_and_says_so(press: Press, proposals: list[UUID]) -> None:
    first = press.publish()
    press.publish(corrects=1, note=WHY)
    assert press.read("/1") == first | {"corrected_by": 2}
    assert [(each["corrects"], each["corrected_by"]) for each in press.read()["items"]] == [
        (1, None),
        (None, 2),
    ]
    assert press.read("/2")["note"] == WHY


def test_a_correction_under_embargo_shows_nowhere_before_its_end(press: Press, consultation: Any) -> None:
    press.publish()
    press.publish(corrects=1, note=WHY, **LATER)
    assert press.read("/1")["corrected_by"] is None
    assert [each["corrected_by"] for each in press.read()["items"]] == [None]
    assert press.read("/1", headers=press.coordinator)["corrected_by"] == 2


def test_a_version_is_corrected_once_and_its_correction_after_it(press: Press, consultation: Any) -> None:
    press.publish()
    press.publish(corrects=1, note=WHY)
    again = press.publish(409, corrects=1, note=WHY)
    assert again["code"] == "results.corrected"
    assert "version 2" in again["detail"]
    assert press.publish(corrects=2, note=WHY)["number"] == 3


def test_a_correction_is_not_public_before_what_it_corrects(press: Press, consultation: Any) -> None:
    press.publish(**LATER)
    assert press.publish(422, corrects=1, note=WHY)["errors"][0]["field"] == "embargo_until"
    assert press.publish(corrects=1, note=WHY, **LATER)["number"] == 2
