"""What the demo's défis say: twelve of them, in good French, of all stages and kinds, in communes that exist."""

import re
import tomllib
from collections import Counter
from typing import Any

import pytest

from deploy.local.demo.accounts import ACCOUNTS
from deploy.local.demo.cast import DOES, Member, cast
from deploy.local.demo.defis import SOURCE, DemoDefi, demo_defis, demo_operators
from deploy.local.demo.hosts import HOSTS
from deploy.local.demo.operators import account_holders
from deploy.local.demo.proposals import demo_proposals
from deploy.local.demo.workshops import demo_actions
from deploy.local.settings import DEMO_OPERATORS
from gateway.wording.demo import PARTS
from services.defis.challenges.rules import LONGEST_TEXT, LONGEST_TITLE, MOST_THEMES
from services.defis.debates.rules import LONGEST_ARGUMENT, Side
from services.defis.fields import LONGEST_NOTE
from services.defis.gates.rules import STATED
from services.defis.gates.rules import Decision as GateDecision
from services.defis.meetings.rules import LONGEST_TITLE as LONGEST_MEETING_TITLE
from services.defis.meetings.rules import Accessibility
from services.defis.pledges.rules import LONGEST_DESCRIPTION
from services.defis.pledges.rules import Kind as PledgeKind
from services.defis.pledges.rules import State as PledgeState
from services.defis.standing import departement_of
from services.identity.territories.gazetteer import read_gazetteer

OPERATORS = demo_operators()
DEFIS = [defi for code in OPERATORS for defi in demo_defis(code)]
MEETINGS = [meeting for defi in DEFIS for meeting in defi.meetings]
PLEDGES = [pledge for defi in DEFIS for pledge in defi.pledges]
GATES = [gate for defi in DEFIS for gate in defi.gates]
each_defi = pytest.mark.parametrize("defi", DEFIS, ids=lambda defi: defi.key)


def texts_of(value: Any) -> list[str]:
    """Every text that people read in what was read from the file: nothing that a program reads has a space."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_of(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_of(inner)]
    return [value] if isinstance(value, str) and re.search(r"\s", value) else []


def all_texts() -> list[str]:
    return texts_of(tomllib.loads(SOURCE.read_text(encoding="utf-8")))


def test_there_are_six_defis_at_each_of_two_operators() -> None:
    assert {code: len(demo_defis(code)) for code in OPERATORS} == {"op1": 6, "op2": 6}
    for field in ("key", "title", "problem"):
        assert len({getattr(defi, field) for defi in DEFIS}) == 12
    assert Counter(defi.kind for defi in DEFIS) == {
        "rural": 3, "petite_ville": 3, "metropole": 3, "pavillonnaire": 3,
    }  # fmt: skip


def test_french_has_its_apostrophes_and_no_break_spaces() -> None:
    texts = all_texts()
    assert len(texts) > 150
    wrong = re.compile(
        r"""['"]|(?<![\u00a0\u202f])[;!?»]|(?<!\u00a0):|«(?!\u00a0)|  |\.\.\.| [,.]|\d (?=[\w€%])|oeu|[ \t]$"""
    )
    assert [(found[0], text) for text in texts if (found := wrong.search(text))] == []


def test_paragraphs_are_sentences_that_end() -> None:
    prose = [text for defi in DEFIS for text in (defi.problem, defi.beneficiaries)]
    prose += [text for meeting in MEETINGS for text in (meeting.agenda, meeting.minutes) if text]
    prose += [gate.note for gate in GATES if gate.note] + [pledge.text for pledge in PLEDGES]
    assert [text for text in prose if text[0].islower() or text[-1] not in ".!?»"] == []


@each_defi
def test_a_defi_says_what_its_form_asks_within_its_lengths(defi: DemoDefi) -> None:
    assert len(defi.title) <= LONGEST_TITLE
    assert 200 < len(defi.problem) <= LONGEST_TEXT
    assert 60 < len(defi.beneficiaries) <= LONGEST_TEXT
    assert 3 <= len(set(defi.themes)) == len(defi.themes) <= MOST_THEMES
    assert all(len(meeting.title) <= LONGEST_MEETING_TITLE for meeting in defi.meetings)
    assert {feature for meeting in defi.meetings for feature in meeting.accessibility} <= set(Accessibility)
    assert all(len(pledge.text) <= LONGEST_DESCRIPTION for pledge in defi.pledges)
    assert all(len(gate.note or "") <= LONGEST_NOTE for gate in defi.gates)
    arguments = [argument for meeting in defi.meetings for argument in meeting.arguments]
    assert {argument.side for argument in arguments} == set(Side)
    assert all(len(argument.text) <= LONGEST_ARGUMENT for argument in arguments)


@each_defi
def test_its_commune_exists_and_is_served(defi: DemoDefi) -> None:
    communes = {commune.code: commune.name for commune in read_gazetteer().communes}
    code, name = defi.commune
    assert communes[code] == name
    assert departement_of(code) in OPERATORS[defi.operator].served


@each_defi
def test_whoever_it_names_lives_there_and_is_named_once(defi: DemoDefi) -> None:
    people = OPERATORS[defi.operator].people
    group = [defi.porteur, *defi.core]
    assert len(group) == len(set(group))
    assert {*group, *(pledge.by for pledge in defi.pledges)} <= set(people)
    most = max([defi.members + 1, *(meeting.registered - len(group) for meeting in defi.meetings)])
    assert most <= len(people) - len(group), "there are enough neighbours"
    assert all(meeting.registered >= len(group) for meeting in defi.meetings)


def test_names_are_told_apart_and_write_to_nobody() -> None:
    people = [
        person
        for operator in OPERATORS.values()
        for person in (*operator.people.values(), operator.ebv, operator.staff)
    ]
    assert len({person.name for person in people}) == len({person.email for person in people}) == len(people)
    assert all(re.fullmatch(r"[a-z-]+@demo\.example", person.email) for person in people)
    known = {account.email: account.name for account in ACCOUNTS}
    assert {person.email: person.name for person in people if person.email in known} == {
        "citoyenne@demo.example": "Camille"
    }


def test_operators_are_known_by_what_they_serve_to_identity_and_to_their_own_service() -> None:
    served = {code: ",".join(operator.served) for code, operator in OPERATORS.items()}
    assert served == DEMO_OPERATORS
    assert {host.code for host in HOSTS} == set(OPERATORS)


def test_whoever_carries_a_defi_can_be_signed_in_as() -> None:
    for code, operator in OPERATORS.items():
        assert {defi.porteur for defi in demo_defis(code)} <= set(account_holders(operator))
    assert "Camille" in account_holders(OPERATORS["op1"])


def test_there_is_somebody_to_sign_in_as_for_every_part() -> None:
    parts = {(member.part, member.operator) for member in cast()}
    coalition = {"citizen", "moderator", "coordinator", "administrator", "measurer"}
    assert parts == {(part, "") for part in coalition} | {
        (part, code) for part in ("ebv", "operator_staff", "porteur") for code in OPERATORS
    }
    assert {member.part for member in cast()} == set(DOES) == set(PARTS)
    assert all(text.count(":") == 3 and "," not in text for text in map(Member.as_setting, cast()))
    addresses = {member.email for member in cast()}
    assert addresses <= {account.email for account in ACCOUNTS} | {
        person.email for operator in OPERATORS.values() for person in account_holders(operator).values()
    }


def test_defis_come_from_proposals_and_actions_that_the_demo_has() -> None:
    origins = [defi.origin for defi in DEFIS if defi.origin]
    proposals = [origin for origin in origins if not origin.startswith("action:")]
    assert len(set(proposals)) == len(proposals) >= 6
    assert set(proposals) <= {proposal.key for proposal in demo_proposals()}
    actions = set(origins) - set(proposals)
    assert actions <= {f"action:{action.draft}" for action in demo_actions()}
    began = {f"action:{action.draft}": action.begun for action in demo_actions()}
    assert all(defi.launched > began[defi.origin] for defi in DEFIS if defi.origin in actions)


def test_there_are_meetings_held_and_meetings_to_come_and_some_are_full() -> None:
    assert all((meeting.minutes is None) == (meeting.day > 0) for meeting in MEETINGS)
    assert all(meeting.announced < min(meeting.day, -1) for meeting in MEETINGS)
    full = [
        meeting for meeting in MEETINGS if meeting.day > 0 and meeting.registered > (meeting.capacity or 999)
    ]
    assert len(full) >= 3
    assert any(meeting.kind == "debate" for meeting in full)


def test_pledges_are_of_each_kind_and_gates_of_each_fate() -> None:
    assert {pledge.kind for pledge in PLEDGES} == set(PledgeKind)
    assert {pledge.becomes for pledge in PLEDGES} == set(PledgeState)
    decisions = Counter(gate.decision for gate in GATES)
    assert decisions[GateDecision.REFUSE] == 1
    assert decisions[None] == 2
    assert decisions[GateDecision.CONFIRM] >= 6
    assert all(set(gate.evidence) in (set(), set(STATED)) for gate in GATES)
