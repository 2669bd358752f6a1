"""When a consultation is open, and what must be settled before it may be."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.chassis.errors import Conflict, Invalid
from services.consultation.consultations.rules import (
    Status,
    check_dates,
    check_governance,
    check_proposal_length,
    refuse_unless_open,
    status,
)

OPENS = datetime(2026, 3, 1, 8, 0, 0, tzinfo=UTC)
CLOSES = datetime(2026, 4, 26, 22, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GOVERNANCE = {
    "controllers": ["Coalition des Territoires"],
    "dpo": "dpo@maillage.example",
    "impact_assessment": "AIPD 2026-04",
    "minimum_age": 15,
    "votes_kept_until": "2028-12-31",
    "contacts_kept_until": "2027-12-31",
}


@dataclass(frozen=True)
class Dates:
    opens_at: datetime = OPENS
    closes_at: datetime = CLOSES
    archived_at: datetime | None = None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OPENS - SECOND, Status.UPCOMING),
        (OPENS, Status.OPEN),
        (CLOSES - SECOND, Status.OPEN),
        (CLOSES, Status.CLOSED),
    ],
)
def test_a_consultation_opens_and_closes_to_the_second(now: datetime, expected: Status) -> None:
    assert status(OPENS, CLOSES, now) is expected


@given(st.datetimes(timezones=st.just(UTC)))
def test_something_is_taken_exactly_while_the_consultation_is_open(now: datetime) -> None:
    try:
        refuse_unless_open(Dates(), now)
    except Conflict:
        taken = False
    else:
        taken = True
    assert taken == (OPENS <= now < CLOSES)


@pytest.mark.parametrize(
    ("dates", "now", "code"),
    [
        (Dates(), OPENS - SECOND, "consultation.not_open_yet"),
        (Dates(), CLOSES, "consultation.closed"),
        (Dates(archived_at=OPENS), OPENS + SECOND, "consultation.archived"),
    ],
)
def test_the_refusal_says_why_nothing_is_taken(dates: Dates, now: datetime, code: str) -> None:
    with pytest.raises(Conflict) as refusal:
        refuse_unless_open(dates, now)
    assert refusal.value.code == code


def test_a_consultation_cannot_close_before_it_opens() -> None:
    with pytest.raises(Invalid) as refusal:
        check_dates(CLOSES, OPENS)
    assert [error.field for error in refusal.value.errors] == ["closes_at"]


def test_a_settled_governance_is_taken() -> None:
    check_governance(GOVERNANCE, CLOSES)


@pytest.mark.parametrize("missing", GOVERNANCE)
def test_no_consultation_is_prepared_without_each_part_of_its_governance(missing: str) -> None:
    incomplete = {name: value for name, value in GOVERNANCE.items() if name != missing}
    with pytest.raises(Invalid) as refusal:
        check_governance(incomplete, CLOSES)
    assert [error.field for error in refusal.value.errors] == [f"governance.{missing}"]


@pytest.mark.parametrize("name", ["votes_kept_until", "contacts_kept_until"])
def test_data_cannot_be_due_for_deletion_while_people_still_vote(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_governance({**GOVERNANCE, name: "2026-04-25"}, CLOSES)
    assert [error.field for error in refusal.value.errors] == [f"governance.{name}"]


def test_the_longest_proposal_is_not_shorter_than_the_shortest() -> None:
    with pytest.raises(Invalid):
        check_proposal_length(140, 12)
