"""What a vote may say, and which reason for a refusal comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.chassis.errors import Invalid
from services.consultation.scoring.rules import QUALIFIER_KEYS, QualifierKey, VoteKey
from services.consultation.voting.rules import (
    CHOICE_CODES,
    CHOICES,
    QUALIFIERS,
    Facts,
    check_ballot,
    choice_of,
    mask_of,
    qualifiers_of,
    refusal_to_cast,
    refusal_to_withdraw,
)

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SOUND = Facts(
    place=1,
    state="accepted",
    by_caller=False,
    opens_at=NOW - DAY,
    closes_at=NOW + DAY,
    archived_at=None,
    now=NOW,
    consented=True,
    done=True,
)
REFUSED = replace(SOUND, done=False)


@pytest.mark.parametrize("choice", CHOICES)
def test_each_side_has_three_qualifiers_of_its_own(choice: VoteKey) -> None:
    check_ballot(choice, QUALIFIERS[choice])
    for other in CHOICES:
        if other != choice:
            for qualifier in QUALIFIERS[other]:
                with pytest.raises(Invalid) as refusal:
                    check_ballot(choice, [qualifier])
                assert refusal.value.code == "vote.qualifier_of_other_side"
                assert [error.field for error in refusal.value.errors] == ["qualifiers"]


def test_a_qualifier_is_given_once() -> None:
    with pytest.raises(Invalid) as refusal:
        check_ballot("agree", ["likeIt", "likeIt"])
    assert refusal.value.code == "vote.qualifier_repeated"


def test_at_most_three_qualifiers() -> None:
    with pytest.raises(Invalid) as refusal:
        check_ballot("agree", ["likeIt", "doable", "platitudeAgree", "likeIt"])
    assert refusal.value.code == "vote.too_many_qualifiers"


@given(st.sets(st.sampled_from(QUALIFIER_KEYS)))
def test_qualifiers_come_back_as_they_were_stored(qualifiers: set[QualifierKey]) -> None:
    assert set(qualifiers_of(mask_of(qualifiers))) == qualifiers
    assert 0 <= mask_of(qualifiers) < 512


@pytest.mark.parametrize("choice", CHOICES)
def test_choices_come_back_as_they_were_stored(choice: VoteKey) -> None:
    assert choice_of(CHOICE_CODES[choice]) == choice


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        (None, 404, "proposal.unknown"),
        (replace(REFUSED, state="pending"), 404, "proposal.unknown"),
        (replace(REFUSED, state="refused"), 404, "proposal.unknown"),
        (replace(REFUSED, state="pending", by_caller=True), 409, "vote.not_accepted"),
        (replace(REFUSED, state="archived"), 409, "vote.not_accepted"),
        (replace(REFUSED, opens_at=NOW + DAY), 409, "consultation.not_open_yet"),
        (replace(REFUSED, closes_at=NOW), 409, "consultation.closed"),
        (replace(REFUSED, archived_at=NOW), 409, "consultation.archived"),
        (replace(REFUSED, closes_at=NOW, consented=False), 409, "consultation.closed"),
        (replace(REFUSED, consented=False), 403, "vote.consent_missing"),
    ],
)
def test_a_refused_vote_says_exactly_why(facts: Facts | None, status: int, code: str) -> None:
    refusal = refusal_to_cast(facts)
    assert refusal is not None
    assert (refusal.status, refusal.code) == (status, code)


def test_a_vote_that_was_cast_is_not_refused() -> None:
    assert refusal_to_cast(SOUND) is None
    assert refusal_to_withdraw(SOUND) is None


def test_withdrawing_a_vote_that_was_never_cast_is_no_error_while_the_consultation_is_open() -> None:
    assert refusal_to_withdraw(replace(REFUSED, consented=False)) is None
    closed = refusal_to_withdraw(replace(REFUSED, closes_at=NOW))
    assert closed is not None
    assert closed.code == "consultation.closed"
