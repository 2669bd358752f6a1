"""Actions over HTTP: set up, moved on, late or not, read by everybody, and written by no stranger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from services.consultation.actions.commands import create_action
from services.consultation.causes.models import Cause
from services.consultation.proposals.models import Proposal
from tests.consultation.actions import ACTION, INDICATOR, MEASURE, MILESTONE, TODAY, V1, Coordinator, read
from tests.consultation.conftest import MakeProposal, Tokens


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
