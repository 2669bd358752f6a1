"""The pages have a name for every code that the services use, and for no other."""

from __future__ import annotations

from gateway import wording
from gateway.pages.moderation import DECIDED
from libs.chassis.i18n import LANGUAGES
from services.consultation.consultations.rules import Status
from services.consultation.moderation.rules import Decision, Reason
from services.consultation.proposals.models import STATES
from services.consultation.results.rules import ORDERS
from services.consultation.scoring.rules import Zone
from services.consultation.voting.rules import CHOICES, QUALIFIERS
from services.defis.debates import rules as debates
from services.defis.gates import rules as gates
from services.defis.meetings import rules as meetings


def test_every_choice_and_qualifier_has_its_name():
    assert set(wording.CHOICES) == set(wording.QUALIFIERS) == set(CHOICES)
    assert {side: tuple(labels) for side, labels in wording.QUALIFIERS.items()} == QUALIFIERS


def test_every_state_status_zone_and_order_has_its_name():
    assert set(wording.STATES) == set(STATES)
    assert set(wording.STATUSES) == {status.value for status in Status}
    assert set(wording.ZONES) == {zone.value for zone in Zone}
    assert set(wording.ORDERS) == set(ORDERS)


def test_every_reason_of_refusal_and_decision_has_its_place_on_the_page():
    assert set(wording.REASONS) == {reason.value for reason in Reason}
    assert {decision.value for decision in Decision} == set(DECIDED)


def test_every_language_can_be_chosen():
    assert set(wording.LANGUAGES) == set(LANGUAGES)


def test_everything_of_meetings_debates_and_gates_has_its_name():
    assert set(wording.MEETING_KINDS) == {kind.value for kind in meetings.Kind}
    assert set(wording.MEETING_STATES) == {state.value for state in meetings.State}
    assert set(wording.ACCESSIBILITY) == {feature.value for feature in meetings.Accessibility}
    assert set(wording.SIDES) == {side.value for side in debates.Side}
    assert set(wording.GATE_STATES) == {state.value for state in gates.State}
    assert set(wording.GATE_REASONS) == {reason.value for reason in gates.Reason}
    assert set(wording.GATE_DECISIONS) == {decision.value for decision in gates.Decision} - {"appeal"}
