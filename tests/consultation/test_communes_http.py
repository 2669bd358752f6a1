"""A commune as the coalition knows it: who acts in and near it, what was asked for, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from services.consultation.actions.models import Action
from services.consultation.causes.models import Cause
from services.consultation.consultations.models import Consultation
from services.consultation.observatory.models import ObservedDefi
from tests.consultation.conftest import MakeProposal, Voters

NOW = datetime.now(UTC)
Observe = Callable[..., str]


@pytest.fixture
def observe(database: Database) -> Observe:
    """Keeps the summary of a défi, and returns its id."""

    def keep(commune: str | None, **changes: Any) -> str:
        known: dict[str, Any] = {
            "operator": "op1",
            "id": uuid7(),
            "stage": "informaction",
            "commune": commune,
            "kind": "rural",
            "themes": [],
            "sequence": 1,
            "news_at": NOW,
        }
        with database.transaction() as session:
            defi = ObservedDefi(**(known | changes))
            session.add(defi)
            return str(defi.id)

    return keep


def around(client: FlaskClient, commune: str = "88160") -> dict[str, Any]:
    answer = client.get(f"/api/consultation/v1/communes/{commune}")
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def test_where_nothing_happens_that_is_said(client: FlaskClient) -> None:
    assert around(client) == {
        "commune": "88160",
        "departement": "88",
        "running": {"commune": 0, "departement": 0},
        "here": [],
        "near": [],
        "asked": None,
        "actions": [],
    }


def test_defis_of_the_commune_stand_apart_from_those_of_its_departement(
    client: FlaskClient, observe: Observe
) -> None:
    near, here = observe("88400"), observe("88160")
    observe("35238")
    observe("88160", outcome="completed")
    observe(None)
    shown = around(client)
    assert ([one["id"] for one in shown["here"]], [one["id"] for one in shown["near"]]) == ([here], [near])
    assert shown["running"] == {"commune": 1, "departement": 2}


def test_few_are_listed_and_all_are_counted(client: FlaskClient, observe: Observe) -> None:
    made = [observe("97411") for _ in range(8)]
    observe("97611")
    shown = around(client, "97411")
    assert [one["id"] for one in shown["here"]] == made[:1:-1]
    assert (shown["departement"], shown["running"]) == ("974", {"commune": 8, "departement": 8})


def test_what_the_country_agrees_on_is_shown_and_what_divides_it_is_not(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal
) -> None:
    loved, split = make_proposal(), make_proposal(text="Il faut interdire les voitures.")
    for number in range(12):
        headers = voters.visitor()
        voters.vote(headers, loved, "agree", "likeIt")
        voters.vote(headers, split, "agree" if number % 2 else "disagree")
    asked = around(client)["asked"]
    assert (asked["consultation"], asked["status"], asked["participants"], asked["votes"]) == (
        *("vivre-mieux", "open"),
        *(12, 24),
    )
    assert [one["id"] for one in asked["top"]] == [str(loved)]


@pytest.mark.parametrize(
    ("others", "shown"),
    [
        ([("old", -90, -60), ("last", -30, -2)], "last"),
        ([("open", -60, 3), ("last", -30, -2)], "open"),
        ([("last", -30, -2), ("soon", 2, 9)], "last"),
        ([("soon", 2, 9)], None),
    ],
)
def test_the_consultation_shown_is_the_open_one_else_the_last(
    client: FlaskClient,
    make_consultation: Callable[..., Consultation],
    others: list[tuple[str, int, int]],
    shown: str | None,
) -> None:
    for slug, opens, closes in others:
        make_consultation(
            slug=slug, opens_at=NOW + timedelta(days=opens), closes_at=NOW + timedelta(days=closes)
        )
    make_consultation(slug="import", archived_at=NOW)
    asked = around(client)["asked"]
    assert (asked and asked["consultation"]) == shown


def test_actions_of_the_cause_are_shown_but_not_drafts(
    client: FlaskClient, database: Database, cause: Cause, consultation: Consultation
) -> None:
    for status in ("draft", "under_way", "abandoned"):
        bodies = {} if status == "draft" else {"owner": "La Poste", "measurer": "L’INSEE"}
        with database.transaction() as session:
            session.add(
                Action(
                    id=uuid7(),
                    cause_id=cause.id,
                    title={"fr": f"Action {status}"},
                    description={"fr": "…"},
                    status=status,
                    created_at=NOW,
                    **bodies,
                )
            )
    assert [one["title"]["fr"] for one in around(client)["actions"]] == ["Action under_way"]


def test_what_is_no_code_of_a_commune_is_not_found(client: FlaskClient) -> None:
    for code in ("ABCDE", "881600", "8816"):
        assert client.get(f"/api/consultation/v1/communes/{code}").status_code == 404
