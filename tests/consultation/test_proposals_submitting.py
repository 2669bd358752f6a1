"""Making proposals over HTTP."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from libs.chassis.db import Database
from services.consultation.consultations.models import Consultation

BASE = "/api/consultation/v1"
TREES = "Il faut planter des arbres dans les cours d’école"


def propose(client: FlaskClient, headers: dict[str, str], wanted: str = TREES, **more: Any) -> Any:
    body = json.dumps({"text": wanted, **more})  # escapes what UTF-8 cannot say
    return client.post(
        f"{BASE}/consultations/vivre-mieux/proposals",
        data=body,
        content_type="application/json",
        headers=headers,
    )


def events(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(text("SELECT type FROM outbox ORDER BY position")))


def test_an_account_makes_a_proposal_which_waits_and_is_told_of_once(
    client: FlaskClient, database: Database, consultation: Consultation, tokens: Any
) -> None:
    answer = propose(client, tokens.account())
    assert answer.status_code == 201
    assert answer.json["state"] == "pending"
    assert answer.json["text"] == TREES
    assert answer.json["language"] == "fr"
    assert answer.json["consultation"] == "vivre-mieux"
    assert answer.json["tally"]["total"] == 0
    assert events(database) == ["coalition.consultation.proposal_submitted.v1"]


def test_the_fact_says_where_the_proposal_waits_and_names_nobody(
    client: FlaskClient, database: Database, consultation: Consultation, tokens: Any
) -> None:
    answer = propose(client, tokens.account())
    with database.transaction() as session:
        data = session.scalars(text("SELECT envelope::json -> 'data' FROM outbox")).one()
    assert data == {
        "proposal_id": answer.json["id"],
        "consultation_id": str(consultation.id),
        "cause_id": str(consultation.cause_id),
        "slug": "vivre-mieux",
        "language": "fr",
    }


def test_a_visitor_without_account_may_not_propose(
    client: FlaskClient, consultation: Consultation, tokens: Any
) -> None:
    assert propose(client, {}).status_code == 401
    answer = propose(client, tokens.visitor())
    assert (answer.status_code, answer.json["code"]) == (403, "access.account")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"opens_at": timedelta(hours=1)}, "consultation.not_open_yet"),
        ({"closes_at": timedelta(0)}, "consultation.closed"),
        ({"archived_at": timedelta(hours=-1)}, "consultation.archived"),
        ({"can_propose": False}, "proposal.vote_only"),
    ],
)
def test_a_consultation_that_takes_no_proposals_now_refuses_them(
    client: FlaskClient,
    database: Database,
    make_consultation: Callable[..., Consultation],
    tokens: Any,
    changes: dict[str, Any],
    code: str,
) -> None:
    now = datetime.now(UTC)
    make_consultation(**{k: now + v if isinstance(v, timedelta) else v for k, v in changes.items()})
    answer = propose(client, tokens.account())
    assert (answer.status_code, answer.json["code"]) == (409, code)
    assert events(database) == []


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("Planter des arbres", "proposal.prefix_missing"),
        ("Il faut", "proposal.prefix_only"),
        ("Il faut x", "proposal.too_short"),
        ("Il faut " + "x" * 140, "proposal.too_long"),
        ("Il faut planter\u0007 des arbres", "request.invalid"),
        ("Il faut planter\ndes arbres", "request.invalid"),
        ("Il faut planter \ud800", "request.invalid"),
        ("x" * 5000, "request.invalid"),
        ("", "request.invalid"),
        (12, "request.invalid"),
        (None, "request.invalid"),
    ],
)
def test_a_text_that_is_no_proposal_is_refused_on_its_field(
    client: FlaskClient, database: Database, consultation: Consultation, tokens: Any, wanted: Any, code: str
) -> None:
    answer = propose(client, tokens.account(), wanted)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert [error["field"] for error in answer.json["errors"]] == ["text"]
    assert events(database) == []


def test_the_refusal_is_said_in_french_with_french_typography(
    client: FlaskClient, consultation: Consultation, tokens: Any
) -> None:
    answer = propose(client, tokens.account() | {"Accept-Language": "fr"}, "Planter des arbres")
    assert answer.json["detail"] == "Une proposition commence par «\u00a0Il faut\u00a0»."
    assert answer.json["errors"][0]["detail"] == answer.json["detail"]


def test_a_language_that_the_consultation_is_not_held_in_is_refused(
    client: FlaskClient, consultation: Consultation, tokens: Any
) -> None:
    answer = propose(client, tokens.account(), language="de")
    assert (answer.status_code, answer.json["code"]) == (422, "proposal.language")
    assert propose(client, tokens.account(), language="en").json["language"] == "en"


def test_the_same_words_again_while_they_wait_are_a_conflict_that_links_to_the_first(
    client: FlaskClient, consultation: Consultation, tokens: Any
) -> None:
    author = tokens.account()
    first = propose(client, author).json["id"]
    again = propose(client, author, "il faut planter des arbres, dans les cours d'école !")
    assert (again.status_code, again.json["code"]) == (409, "proposal.repeated")
    assert f"{BASE}/proposals/{first}" in again.json["detail"]
    assert propose(client, tokens.account()).status_code == 201
    assert propose(client, author, "Il faut planter des haies").status_code == 201


def test_an_account_makes_twenty_proposals_an_hour_at_most(
    client: FlaskClient, consultation: Consultation, tokens: Any
) -> None:
    author = tokens.account()
    answers = [propose(client, author, f"Il faut planter {n} arbres") for n in range(21)]
    assert [answer.status_code for answer in answers] == [201] * 20 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_refused_text_does_not_count_against_the_limit(
    client: FlaskClient, consultation: Consultation, tokens: Any
) -> None:
    author = tokens.account()
    for _ in range(25):
        assert propose(client, author, "Non").status_code == 422
    assert propose(client, author).status_code == 201


def test_an_unknown_consultation_takes_no_proposal(client: FlaskClient, tokens: Any) -> None:
    answer = propose(client, tokens.account())
    assert (answer.status_code, answer.json["code"]) == (404, "consultation.unknown")
