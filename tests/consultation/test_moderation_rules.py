"""What a moderator may decide: pure rules."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.chassis.errors import Conflict, Forbidden, Invalid
from services.consultation.moderation.rules import (
    HELD_FOR,
    TRANSITIONS,
    Decision,
    Hold,
    Reason,
    check_moderator,
    check_reason,
    decided,
    scopes_over,
)
from services.consultation.proposals.models import STATES

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANNE, BRUNO = uuid4(), uuid4()


@pytest.mark.parametrize(
    ("state", "decision", "after"),
    [
        ("pending", "accept", "accepted"),
        ("pending", "refuse", "refused"),
        ("pending", "postpone", "postponed"),
        ("postponed", "accept", "accepted"),
        ("postponed", "refuse", "refused"),
        ("accepted", "refuse", "refused"),
    ],
)
def test_what_follows_from_a_decision(state: str, decision: str, after: str) -> None:
    assert decided(state, Decision(decision)) == after


@pytest.mark.parametrize(
    ("state", "decision"),
    sorted({(state, decision) for state in STATES for decision in Decision} - TRANSITIONS.keys()),
)
def test_every_other_decision_is_refused_and_named_after_the_state_that_forbids_it(
    state: str, decision: Decision
) -> None:
    with pytest.raises(Conflict) as refusal:
        decided(state, decision)
    assert refusal.value.code == f"moderation.{state}"


@given(st.lists(st.sampled_from(Decision), max_size=8))
def test_whatever_is_decided_a_refusal_is_final_and_nothing_comes_back_to_the_queue(
    decisions: list[Decision],
) -> None:
    state = "pending"
    passed = [state]
    for decision in decisions:
        try:
            state = decided(state, decision)
        except Conflict:
            continue
        passed.append(state)
    assert passed.count("pending") == 1
    assert "refused" not in passed[:-1]


def test_there_are_twelve_reasons_to_refuse() -> None:
    assert len(Reason) == 12


def test_a_refusal_needs_a_reason_and_nothing_else_has_one() -> None:
    check_reason(Decision.REFUSE, Reason.RUDE)
    check_reason(Decision.ACCEPT, None)
    for decision, reason, code in (
        (Decision.REFUSE, None, "moderation.reason_missing"),
        (Decision.ACCEPT, Reason.RUDE, "moderation.reason_unexpected"),
        (Decision.POSTPONE, Reason.TEST, "moderation.reason_unexpected"),
    ):
        with pytest.raises(Invalid) as refusal:
            check_reason(decision, reason)
        assert refusal.value.code == code
        assert [error.field for error in refusal.value.errors] == ["reason"]


def test_a_moderator_does_not_decide_on_a_proposal_of_their_own() -> None:
    with pytest.raises(Forbidden) as refusal:
        check_moderator(ANNE, ANNE, None, NOW)
    assert refusal.value.code == "moderation.own_proposal"


def test_a_proposal_that_another_moderator_holds_is_not_decided_until_the_hold_ends() -> None:
    hold = Hold(BRUNO, NOW + HELD_FOR)
    check_moderator(BRUNO, None, hold, NOW)
    with pytest.raises(Conflict):
        check_moderator(ANNE, None, hold, NOW + HELD_FOR - timedelta(microseconds=1))
    check_moderator(ANNE, None, hold, NOW + HELD_FOR)


def test_moderators_of_the_coalition_and_of_the_cause_reach_a_consultation() -> None:
    cause = UUID(int=1)
    assert scopes_over(cause) == ("coalition", f"cause:{cause}")
    assert scopes_over(None) == ("coalition",)
