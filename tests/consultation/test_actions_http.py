"""Actions over HTTP: set up, moved on, measured, read by everybody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from libs.contracts.consultation import ActionMeasured
from libs.contracts.envelope import Envelope
from services.consultation.actions.commands import create_action
from services.consultation.causes.models import Cause
from services.consultation.proposals.models import Proposal
from tests.consultation.conftest import MakeProposal, Tokens

V1 = "/api/consultation/v1"
TODAY = datetime.now(UTC).date()
ACTION = {
    "title": {"fr": "Isoler les écoles"},
    "description": {"fr": "Cent écoles en deux ans."},
    "bodies": {"owner": "Région", "measurer": "Université"},
}
INDICATOR = {
    "title": {"fr": "Écoles isolées"},
    "unit": "écoles",
    "baseline": "0",
    "target": "100",
    "first_due_on": TODAY.isoformat(),
    "every_months": 6,
}
MEASURE = {"measured_on": TODAY.isoformat(), "value": "12.5", "evidence": "Relevé du rectorat."}
MILESTONE = {"title": {"fr": "Premier chantier"}, "due_on": "2027-03-01"}


class Coordinator:
    """Who coordinates the cause, and what they do over HTTP."""

    def __init__(self, client: FlaskClient, tokens: Tokens, cause: Cause) -> None:
        self._client = client
        self.headers = tokens.account(("coordinator", f"cause:{cause.id}"))
        self.actions = f"{V1}/causes/{cause.slug}/actions"

    def post(self, path: str, body: Any, expected: int = 201) -> dict[str, Any]:
        """Post, and return what was answered."""
        return self._read(self._client.post(path, json=body, headers=self.headers), expected)

    def put(self, path: str, body: Any, expected: int = 200) -> dict[str, Any]:
        """Put, and return what was answered."""
        return self._read(self._client.put(path, json=body, headers=self.headers), expected)

    def action(self, **changes: Any) -> str:
        """Set up an action; returns its address."""
        return f"{V1}/actions/{self.post(self.actions, ACTION | changes)['id']}"

    def indicator(self, action: str, **changes: Any) -> str:
        """Give an action an indicator; returns the address of its measures."""
        shown = self.post(f"{action}/indicators", INDICATOR | changes)
        return f"{V1}/indicators/{shown['indicators'][-1]['id']}/measures"

    @staticmethod
    def _read(answer: Any, expected: int) -> dict[str, Any]:
        assert answer.status_code == expected, answer.json
        return dict(answer.json)


@pytest.fixture
def coordinator(client: FlaskClient, tokens: Tokens, cause: Cause) -> Coordinator:
    return Coordinator(client, tokens, cause)


def read(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.json
    assert answer.json is not None
    return dict(answer.json)


def test_an_action_is_set_up_and_read_by_anyone_with_what_it_came_from(
    client: FlaskClient, coordinator: Coordinator, make_proposal: MakeProposal
) -> None:
    proposal = make_proposal()
    action = coordinator.action(proposals=[str(proposal), str(proposal)])
    coordinator.post(f"{action}/milestones", MILESTONE)
    coordinator.indicator(action)
    shown = read(client, action)
    assert (shown["status"], shown["owner"], shown["measurer"]) == ("planned", "Région", "Université")
    assert (shown["cause"], shown["proposals"], shown["late"]) == ("territoires", [str(proposal)], False)
    assert shown["milestones"][0]["due_on"] == "2027-03-01"
    assert shown["indicators"][0]["next_due_on"] == TODAY.isoformat()
    assert read(client, coordinator.actions)["items"] == [shown]
    assert "measurer_account" not in shown


def test_actions_come_in_pages(client: FlaskClient, coordinator: Coordinator) -> None:
    made = [coordinator.action().rpartition("/")[2] for _ in range(3)]
    first = read(client, f"{coordinator.actions}?limit=2")
    rest = read(client, f"{coordinator.actions}?limit=2&cursor={first['next']}")
    assert [item["id"] for item in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


def test_the_measurer_is_another_body(coordinator: Coordinator) -> None:
    bodies = {"owner": "Région", "measurer": "REGION"}
    refusal = coordinator.post(coordinator.actions, ACTION | {"bodies": bodies}, 422)
    assert (refusal["code"], refusal["errors"][0]["field"]) == ("action.measurer", "measurer")


@pytest.mark.parametrize("state", ["pending", "refused", "postponed"])
def test_an_action_links_only_accepted_proposals_of_its_cause(
    coordinator: Coordinator, make_proposal: MakeProposal, state: str
) -> None:
    proposal = make_proposal(state=state, reason="rude" if state == "refused" else None)
    for unknown in (proposal, uuid7()):
        refusal = coordinator.post(coordinator.actions, ACTION | {"proposals": [str(unknown)]}, 422)
        assert refusal["code"] == "proposals.foreign"


def test_a_proposal_refused_after_all_is_no_longer_shown_as_an_origin(
    client: FlaskClient, coordinator: Coordinator, make_proposal: MakeProposal, database: Database
) -> None:
    proposal = make_proposal()
    action = coordinator.action(proposals=[str(proposal)])
    with database.transaction() as session:
        row = session.get_one(Proposal, proposal)
        row.state, row.reason = "refused", "rude"
    assert read(client, action)["proposals"] == []


def test_an_action_moves_on_and_not_back(client: FlaskClient, coordinator: Coordinator) -> None:
    action = coordinator.action()
    assert coordinator.put(f"{action}/status", {"status": "under_way"})["status"] == "under_way"
    assert coordinator.put(f"{action}/status", {"status": "done"})["status"] == "done"
    assert coordinator.put(f"{action}/status", {"status": "planned"}, 409)["code"] == "action.status"
    assert coordinator.put(f"{action}/bodies", ACTION["bodies"], 409)["code"] == "action.adopted"
    assert read(client, action)["status"] == "done"


def test_a_draft_becomes_an_action_when_somebody_answers_for_it(
    client: FlaskClient, coordinator: Coordinator, cause: Cause, database: Database
) -> None:
    with database.transaction() as session:
        draft = create_action(
            session,
            cause.id,
            title={"fr": "Un abri"},
            description={"fr": "Un abri à vélos."},
            proposals=[],
            bodies=None,
            now=datetime.now(UTC),
        )
    path = f"{V1}/actions/{draft.id}"
    assert (read(client, path)["status"], read(client, path)["owner"]) == ("draft", None)
    measures = coordinator.indicator(path)
    assert coordinator.post(measures, MEASURE, 409)["code"] == "measure.status"
    adopted = coordinator.put(f"{path}/bodies", ACTION["bodies"])
    assert (adopted["status"], adopted["owner"]) == ("planned", "Région")
    coordinator.post(measures, MEASURE)


def test_a_milestone_is_late_until_it_is_reached(client: FlaskClient, coordinator: Coordinator) -> None:
    action = coordinator.action()
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    shown = coordinator.post(f"{action}/milestones", MILESTONE | {"due_on": yesterday})
    (milestone,) = shown["milestones"]
    assert milestone["late"]
    shown = coordinator.put(f"{V1}/milestones/{milestone['id']}", {"reached_on": TODAY.isoformat()})
    assert (shown["milestones"][0]["late"], shown["milestones"][0]["reached_on"]) == (
        False,
        TODAY.isoformat(),
    )


def test_an_action_whose_measure_is_late_says_so_until_it_is_measured(
    client: FlaskClient, coordinator: Coordinator
) -> None:
    action = coordinator.action()
    measures = coordinator.indicator(action, first_due_on=(TODAY - timedelta(days=1)).isoformat())
    assert read(client, action)["late"]
    coordinator.post(measures, MEASURE)
    shown = read(client, action)
    assert (shown["late"], shown["indicators"][0]["late"]) == (False, False)
    assert date.fromisoformat(shown["indicators"][0]["next_due_on"]) > TODAY + timedelta(days=150)


def test_a_measure_is_kept_and_told(
    client: FlaskClient, coordinator: Coordinator, cause: Cause, database: Database
) -> None:
    action = coordinator.action()
    made = coordinator.post(coordinator.indicator(action), MEASURE | {"kind": "rural"})
    assert (made["value"], made["recorded_as"], made["corrects"]) == ("12.500000", "coordinator", None)
    assert [figure["id"] for figure in read(client, action)["indicators"][0]["latest"]] == [made["id"]]
    with database.transaction() as session:
        (message,) = session.scalars(text("SELECT envelope FROM outbox")).all()
    envelope = Envelope.from_json(message)
    told = ActionMeasured.load(envelope.data)
    assert envelope.type == "coalition.consultation.action_measured.v1"
    assert (str(told.action_id), told.cause_id) == (action.rpartition("/")[2], cause.id)
    assert (told.value, told.kind, told.measured_on) == ("12.500000", "rural", TODAY.isoformat())
    assert (told.proposals, told.consultations) == ([], [])


def test_a_measure_is_told_with_the_public_proposals_that_its_action_comes_from(
    coordinator: Coordinator, make_proposal: MakeProposal, database: Database
) -> None:
    kept, also, refused = make_proposal(), make_proposal(), make_proposal()
    action = coordinator.action(proposals=[str(kept), str(also), str(refused)])
    with database.transaction() as session:
        row = session.get_one(Proposal, refused)
        row.state, row.reason = "refused", "rude"
        consultation = row.consultation_id
    coordinator.post(coordinator.indicator(action), MEASURE)
    with database.transaction() as session:
        (message,) = session.scalars(text("SELECT envelope FROM outbox WHERE type LIKE '%measured%'")).all()
    told = ActionMeasured.load(Envelope.from_json(message).data)
    assert set(told.proposals or ()) == {str(kept), str(also)}
    assert told.consultations == [str(consultation)]


def test_a_correction_is_another_measure_with_a_reason_and_the_first_stays_readable(
    client: FlaskClient, coordinator: Coordinator
) -> None:
    action = coordinator.action()
    measures = coordinator.indicator(action)
    wrong = coordinator.post(measures, MEASURE)
    assert coordinator.post(measures, MEASURE | {"value": "13"}, 409)["code"] == "measure.again"
    correction = MEASURE | {"value": "13", "corrects": wrong["id"]}
    assert coordinator.post(measures, correction, 422)["errors"][0]["field"] == "reason"
    right = coordinator.post(measures, correction | {"reason": "Une école comptée deux fois."})
    assert coordinator.post(measures, correction | {"reason": "Encore."}, 409)["code"] == "measure.corrected"
    again = coordinator.post(measures, correction | {"corrects": right["id"], "reason": "Encore."})
    listed = read(client, measures)["items"]
    assert [item["id"] for item in listed] == [again["id"], right["id"], wrong["id"]]
    assert listed[2]["value"] == "12.500000"
    assert [figure["id"] for figure in read(client, action)["indicators"][0]["latest"]] == [again["id"]]


def test_the_database_itself_refuses_to_change_or_delete_a_measure(
    coordinator: Coordinator, database: Database
) -> None:
    coordinator.post(coordinator.indicator(coordinator.action()), MEASURE)
    for statement in ("UPDATE measure SET value = 99", "DELETE FROM measure"):
        with pytest.raises(DatabaseError, match="a measure stands"), database.transaction() as session:
            session.execute(text(statement))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"measured_on": (TODAY + timedelta(days=2)).isoformat()}, "measured_on"),
        ({"reason": "Pour rien."}, "reason"),
        ({"corrects": str(uuid7()), "reason": "Autre."}, "corrects"),
        ({"value": "NaN"}, "value"),
        ({"value": "1E+999999"}, "value"),
        ({"kind": "village"}, "kind"),
        ({"evidence_url": "javascript:alert(1)"}, "evidence_url"),
        ({"evidence": ""}, "evidence"),
        ({"measured_on": "0001-01-01"}, "measured_on"),
    ],
)
def test_what_is_no_measure_is_refused_on_its_field(
    coordinator: Coordinator, changes: dict[str, str], field: str
) -> None:
    measures = coordinator.indicator(coordinator.action())
    refusal = coordinator.post(measures, MEASURE | changes, 422)
    assert [error["field"] for error in refusal["errors"]] == [field]


def test_where_an_account_is_named_to_measure_nobody_else_does(
    client: FlaskClient, coordinator: Coordinator, tokens: Tokens
) -> None:
    account = uuid7()
    bodies = {"owner": "Région", "measurer": "Université", "measurer_account": str(account)}
    measures = coordinator.indicator(coordinator.action(bodies=bodies))
    assert coordinator.post(measures, MEASURE, 403)["code"] == "measure.not_measurer"
    answer = client.post(measures, json=MEASURE, headers=tokens.account(subject=account))
    assert answer.status_code == 201, answer.json
    assert answer.json is not None
    assert answer.json["recorded_as"] == "measurer"


def test_measures_of_one_day_that_arrive_at_once_are_one(
    client: FlaskClient, coordinator: Coordinator
) -> None:
    measures = coordinator.indicator(coordinator.action())
    start = Barrier(4)

    def measure() -> int:
        start.wait()
        with client.application.test_client() as other:
            return other.post(measures, json=MEASURE, headers=coordinator.headers).status_code

    with ThreadPoolExecutor(4) as threads:
        codes = sorted(future.result() for future in [threads.submit(measure) for _ in range(4)])
    assert codes == [201, 409, 409, 409]
    assert len(read(client, measures)["items"]) == 1


def test_strangers_write_nothing(
    client: FlaskClient, tokens: Tokens, cause: Cause, coordinator: Coordinator
) -> None:
    action = coordinator.action()
    measures = coordinator.indicator(action)
    milestone = coordinator.post(f"{action}/milestones", MILESTONE)["milestones"][0]["id"]
    before = read(client, action)
    writes: list[tuple[str, str, Any]] = [
        ("POST", f"{V1}/causes/{cause.slug}/actions", ACTION),
        ("PUT", f"{action}/bodies", ACTION["bodies"]),
        ("PUT", f"{action}/status", {"status": "abandoned"}),
        ("POST", f"{action}/milestones", MILESTONE),
        ("PUT", f"{V1}/milestones/{milestone}", {"reached_on": None}),
        ("POST", f"{action}/indicators", INDICATOR),
        ("POST", measures, MEASURE),
    ]
    strangers = {
        "nobody": ({}, 401),
        "a browser": (tokens.visitor(), 403),
        "somebody": (tokens.account(), 403),
        "another cause's": (tokens.account(("coordinator", f"cause:{uuid7()}")), 403),
        "a moderator": (tokens.account(("moderator", "coalition")), 403),
    }
    for method, path, body in writes:
        for who, (headers, expected) in strangers.items():
            answer = client.open(path, method=method, json=body, headers=headers)
            assert answer.status_code == expected, f"{who}: {method} {path}"
    assert read(client, action) == before
    assert len(read(client, coordinator.actions)["items"]) == 1


def test_what_is_not_there_is_not_found(client: FlaskClient, coordinator: Coordinator) -> None:
    nothing: UUID = uuid7()
    for path in (f"causes/{nothing}/actions", f"actions/{nothing}", f"indicators/{nothing}/measures"):
        assert client.get(f"{V1}/{path}").status_code == 404
    coordinator.put(f"{V1}/milestones/{nothing}", {"reached_on": None}, 404)
    coordinator.post(f"{V1}/indicators/{nothing}/measures", MEASURE, 404)
