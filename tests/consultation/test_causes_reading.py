"""What is read around a cause: by whom it is coordinated, its consultations, where its actions come from and go to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from services.consultation.causes.models import Cause
from services.consultation.consultations.models import Consultation
from services.consultation.observatory.models import ObservedDefi
from tests.consultation.actions import INDICATOR, MEASURE
from tests.consultation.conftest import MakeProposal, Tokens
from tests.consultation.hall import Hall
from tests.consultation.test_causes_http import sound

V1 = "/api/consultation/v1"
ADMINISTRATOR = ("administrator", "coalition")


def read(client: FlaskClient, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = client.get(V1 + path, headers=headers)
    assert answer.status_code == 200, answer.json
    return dict(answer.get_json())


def draft_of(hall: Hall) -> str:
    """A workshop is held; the id of the action that came out of it."""
    workshop = hall.convene()
    hall.begin(workshop)
    said = {
        "minutes": "On a planté.",
        "attendance": 9,
        "drafts": [
            {"title": {"fr": "Planter"}, "description": {"fr": "Mille."}, "proposals": [str(hall.proposal)]}
        ],
    }
    return str(hall.ask("POST", f"{workshop}/report", hall.coordinator, said)["actions"][0])


def answered_for(hall: Hall, **bodies: Any) -> str:
    """An action that somebody answers for; its id."""
    action = draft_of(hall)
    both = {"owner": "Région", "measurer": "Université"} | bodies
    hall.ask("PUT", f"{V1}/actions/{action}/bodies", hall.coordinator, both)
    return action


def test_a_cause_says_to_whom_coordinates_it_that_they_do(
    client: FlaskClient, tokens: Tokens, cause: Cause
) -> None:
    path = f"/causes/{cause.slug}"
    assert read(client, path)["coordinated"] is False
    assert read(client, path, tokens.account(("coordinator", f"cause:{uuid7()}")))["coordinated"] is False
    for grant in (("coordinator", f"cause:{cause.id}"), ("coordinator", "coalition"), ADMINISTRATOR):
        assert read(client, path, tokens.account(grant))["coordinated"] is True
        assert read(client, "/causes", tokens.account(grant))["items"][0]["coordinated"] is True


def test_who_administers_the_coalition_runs_every_cause(
    client: FlaskClient, tokens: Tokens, cause: Cause
) -> None:
    headers = tokens.account(ADMINISTRATOR)
    assert client.post(f"{V1}/causes", json=sound(), headers=headers).status_code == 201
    action = {
        "title": {"fr": "Isoler"},
        "description": {"fr": "Cent écoles."},
        "bodies": {"owner": "Région", "measurer": "Université"},
    }
    assert client.post(f"{V1}/causes/{cause.slug}/actions", json=action, headers=headers).status_code == 201
    elsewhere = tokens.account(("administrator", "operator:op1"))
    assert client.post(f"{V1}/causes/{cause.slug}/actions", json=action, headers=elsewhere).status_code == 403


def test_consultations_are_listed_by_cause(
    client: FlaskClient, tokens: Tokens, make_consultation: Callable[..., Consultation]
) -> None:
    mine = make_consultation()
    client.post(f"{V1}/causes", json=sound(), headers=tokens.account(ADMINISTRATOR))
    listed = read(client, "/consultations?cause=territoires")
    assert [item["slug"] for item in listed["items"]] == [mine.slug]
    assert read(client, "/consultations?cause=grand-age")["items"] == []


def test_its_governance_is_for_who_coordinates_the_cause(
    client: FlaskClient, tokens: Tokens, consultation: Consultation
) -> None:
    path = f"/consultations/{consultation.slug}/governance"
    held = tokens.account(("coordinator", f"cause:{consultation.cause_id}"))
    assert read(client, path, held) == {"governance": {"dpo": "dpo@maillage.example"}}
    other = tokens.account(("coordinator", f"cause:{uuid7()}"))
    assert client.get(V1 + path, headers=other).status_code == 403
    assert client.get(V1 + path).status_code == 401


def test_proposals_are_read_by_their_ids_in_the_order_asked(
    client: FlaskClient, make_proposal: MakeProposal
) -> None:
    first, second, hidden = make_proposal(), make_proposal(), make_proposal(state="pending")
    asked = ",".join(map(str, [second, hidden, uuid7(), first, second]))
    shown = read(client, f"/proposals?ids={asked}")["items"]
    assert [item["id"] for item in shown] == [str(second), str(first)]


@pytest.mark.parametrize("ids", ["", "n-importe-quoi", ",".join(str(uuid7()) for _ in range(101))])
def test_what_names_no_proposals_is_refused(client: FlaskClient, ids: str) -> None:
    assert client.get(f"{V1}/proposals?ids={ids}").status_code == 422


def test_an_action_names_the_workshop_it_came_out_of(client: FlaskClient, hall: Hall) -> None:
    action = draft_of(hall)
    shown = read(client, f"/actions/{action}")
    assert shown["workshop"]["title"] == {"fr": "Des arbres, mais où ?"}
    of_it = read(client, f"/actions?workshop={shown['workshop']['id']}")["items"]
    assert [item["id"] for item in of_it] == [action]
    assert read(client, f"/actions?workshop={uuid7()}")["items"] == []


def test_actions_of_all_causes_are_listed_together(client: FlaskClient, hall: Hall) -> None:
    first, second = draft_of(hall), draft_of(hall)
    assert [item["id"] for item in read(client, "/actions")["items"]] == [second, first]


def test_an_action_counts_the_defis_that_carry_it_out(
    client: FlaskClient, hall: Hall, database: Database
) -> None:
    action = draft_of(hall)
    for outcome in (None, "completed", "abandoned"):
        _observe(database, UUID(action), outcome)
    _observe(database, uuid7(), None)
    shown = read(client, f"/actions/{action}")
    assert (shown["defis"], shown["carried_by"]) == (2, [{"operator": "op1", "defis": 2}])
    listed = read(client, f"/observatory/defis?origin_kind=action&origin_id={action}")["items"]
    assert {item["origin_id"] for item in listed} == {action}
    assert len(listed) == 3


def test_who_may_measure_is_told_so(client: FlaskClient, tokens: Tokens, hall: Hall) -> None:
    university = uuid7()
    named = answered_for(hall, measurer_account=str(university))
    unnamed, draft = answered_for(hall), draft_of(hall)

    def may(action: str, headers: dict[str, str] | None) -> bool:
        return bool(read(client, f"/actions/{action}", headers)["may_measure"])

    measurer = tokens.account(subject=university)
    assert [may(action, measurer) for action in (named, unnamed, draft)] == [True, False, False]
    assert [may(action, hall.coordinator) for action in (named, unnamed, draft)] == [False, True, False]
    assert not may(named, None)


def test_all_measures_of_an_action_come_in_one_list(client: FlaskClient, hall: Hall) -> None:
    action = answered_for(hall)
    for _ in range(2):
        shown = hall.ask("POST", f"{V1}/actions/{action}/indicators", hall.coordinator, INDICATOR, 201)
    indicators = [each["id"] for each in shown["indicators"]]
    for indicator in indicators:
        hall.ask("POST", f"{V1}/indicators/{indicator}/measures", hall.coordinator, MEASURE, 201)
    listed = read(client, f"/actions/{action}/measures")["items"]
    assert [item["indicator"] for item in listed] == indicators[::-1]
    first = read(client, f"/actions/{action}/measures?limit=1")
    rest = read(client, f"/actions/{action}/measures?limit=1&cursor={first['next']}")
    assert first["items"] + rest["items"] == listed
    assert client.get(f"{V1}/actions/{uuid7()}/measures").status_code == 404


def _observe(database: Database, action: UUID, outcome: str | None) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        session.add(
            ObservedDefi(
                operator="op1",
                id=uuid7(),
                stage="creaction",
                outcome=outcome,
                themes=[],
                origin_kind="action",
                origin_owner="coalition",
                origin_id=action,
                sequence=1,
                news_at=now,
            )
        )
