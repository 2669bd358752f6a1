"""Measures of actions over HTTP: kept, told, corrected but never changed, and made by whom they were entrusted to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from libs.contracts.consultation import ActionMeasured
from libs.contracts.envelope import Envelope
from services.consultation.causes.models import Cause
from services.consultation.proposals.models import Proposal
from tests.consultation.actions import MEASURE, TODAY, Coordinator, read
from tests.consultation.conftest import MakeProposal, Tokens


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
