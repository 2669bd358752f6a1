"""Deciding on proposals over HTTP."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from services.consultation.consultations.models import Consultation
from services.consultation.moderation.rules import TRANSITIONS, Reason
from services.notifications.kinds.catalogue import KINDS
from services.notifications.kinds.rules import Coded

BASE = "/api/consultation/v1"
QUEUE = f"{BASE}/consultations/vivre-mieux/moderation"
Wait = Callable[..., UUID]


@pytest.fixture
def wait(make_proposal: Callable[..., UUID]) -> Wait:
    """Makes proposals that wait, each a second younger than the one before."""
    count = 0

    def make(**values: Any) -> UUID:
        nonlocal count
        count += 1
        submitted_at = datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=count)
        given = {"text": f"Il faut planter {count} arbres", "author_subject": uuid7(), "state": "pending"}
        return make_proposal(**({"submitted_at": submitted_at} | given | values))

    return make


@pytest.fixture
def anne(tokens: Any) -> dict[str, str]:
    """A moderator."""
    return tokens.account(("moderator", "coalition"))


@pytest.fixture
def bruno(tokens: Any) -> dict[str, str]:
    """Another moderator."""
    return tokens.account(("moderator", "coalition"))


def take(client: FlaskClient, who: dict[str, str]) -> str | None:
    answer = client.post(f"{QUEUE}/next", headers=who)
    assert answer.status_code in (200, 204), answer.json
    return answer.json["proposal"]["id"] if answer.status_code == 200 else None


def decide(client: FlaskClient, proposal: UUID | str, who: dict[str, str], **decision: Any) -> Any:
    return client.post(f"{BASE}/proposals/{proposal}/decision", json=decision, headers=who)


def events(database: Database) -> list[str]:
    with database.transaction() as session:
        types = session.scalars(text("SELECT type FROM outbox ORDER BY position"))
        return [type.split(".")[2] for type in types]


def notices(database: Database) -> list[dict[str, Any]]:
    """What authors were told."""
    query = text("SELECT envelope FROM outbox WHERE type LIKE '%.person_notified.%' ORDER BY position")
    with database.transaction() as session:
        return [json.loads(envelope)["data"] for envelope in session.scalars(query)]


def let_holds_end(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE proposal SET locked_until = now() WHERE locked_until IS NOT NULL"))


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        ({"decision": "accept"}, "accepted"),
        ({"decision": "postpone"}, "postponed"),
        *(({"decision": "refuse", "reason": reason.value}, "refused") for reason in Reason),
    ],
)
def test_a_decision_changes_the_state_and_is_told_once(
    client: FlaskClient,
    database: Database,
    wait: Wait,
    anne: dict[str, str],
    decision: dict[str, str],
    state: str,
) -> None:
    proposal = wait()
    take(client, anne)
    answer = decide(client, proposal, anne, **decision, note="Merci.\nBonne journée")
    assert answer.status_code == 200
    assert (answer.json["state"], answer.json["reason"]) == (state, decision.get("reason"))
    told = [f"proposal_{state}", "person_notified"]
    assert events(database) == told
    again = decide(client, proposal, anne, **decision)
    assert (again.status_code, again.json["code"]) == (409, f"moderation.{state}")
    assert events(database) == told
    assert take(client, anne) is None


@pytest.mark.parametrize(
    ("decision", "kind", "facts"),
    [
        ({"decision": "accept"}, "proposal.accepted", {}),
        ({"decision": "postpone"}, "proposal.postponed", {}),
        *(
            ({"decision": "refuse", "reason": reason.value}, "proposal.refused", {"reason": reason.value})
            for reason in Reason
        ),
    ],
)
def test_the_author_is_told_what_became_of_the_proposal_and_why_in_codes_only(
    client: FlaskClient,
    database: Database,
    wait: Wait,
    anne: dict[str, str],
    decision: dict[str, str],
    kind: str,
    facts: dict[str, str],
) -> None:
    author = uuid7()
    proposal = wait(author_subject=author, text="Il faut planter des haies")
    decide(client, proposal, anne, **decision, note="Un mot de la main du modérateur")
    assert notices(database) == [
        {
            "recipient": str(author),
            "kind": kind,
            "reference": f"proposal:{proposal}",
            "title": "Il faut planter des haies",
            "facts": facts,
        }
    ]


def test_notifications_has_words_for_every_decision_and_reason() -> None:
    assert {f"proposal.{state}" for state in TRANSITIONS.values()} <= set(KINDS)
    (reasons,) = KINDS["proposal.refused"].details
    assert isinstance(reasons, Coded)
    assert set(reasons.sentences) == {reason.value for reason in Reason}


def test_an_imported_proposal_has_no_author_to_tell(
    client: FlaskClient, database: Database, wait: Wait, anne: dict[str, str]
) -> None:
    decide(client, wait(author_subject=None), anne, decision="refuse", reason="test")
    assert events(database) == ["proposal_refused"]


def test_a_decided_proposal_is_listed_and_votable_or_hidden(
    client: FlaskClient, wait: Wait, anne: dict[str, str]
) -> None:
    good, bad = wait(), wait()
    decide(client, good, anne, decision="accept")
    decide(client, bad, anne, decision="refuse", reason="off_topic")
    listed = client.get(f"{BASE}/consultations/vivre-mieux/proposals").json["items"]
    assert [item["id"] for item in listed] == [str(good)]
    assert client.get(f"{BASE}/proposals/{bad}").status_code == 404


def test_an_accepted_proposal_may_still_be_refused_its_votes_kept_and_it_is_listed_no_more(
    client: FlaskClient, database: Database, consultation: Consultation, wait: Wait, anne: dict[str, str]
) -> None:
    proposal = wait()
    decide(client, proposal, anne, decision="accept")
    with database.transaction() as session:
        session.execute(
            text(
                "WITH who AS (INSERT INTO participant (id, consultation_id, class, subject)"
                " VALUES (gen_random_uuid(), :consultation, 'visitor', 'x') RETURNING id)"
                " INSERT INTO vote SELECT id, :proposal, :consultation, 1, 0, 1, true, now() FROM who"
            ),
            {"consultation": consultation.id, "proposal": proposal},
        )
    answer = decide(client, proposal, anne, decision="refuse", reason="illegal")
    assert (answer.status_code, answer.json["state"], answer.json["tally"]["agree"]) == (200, "refused", 1)
    assert events(database) == ["proposal_accepted", "person_notified", "proposal_refused", "person_notified"]
    assert client.get(f"{BASE}/consultations/vivre-mieux/proposals").json["items"] == []


def test_another_moderator_decides_neither_what_is_held_nor_in_the_same_moment(
    client: FlaskClient, database: Database, wait: Wait, anne: dict[str, str], bruno: dict[str, str]
) -> None:
    proposal, free = wait(), wait()
    take(client, anne)
    answer = decide(client, proposal, bruno, decision="accept")
    assert (answer.status_code, answer.json["code"]) == (409, "moderation.held")
    assert events(database) == []
    assert decide(client, free, bruno, decision="accept").status_code == 200
    let_holds_end(database)
    assert decide(client, proposal, bruno, decision="accept").status_code == 200


def test_a_decision_frees_the_proposal_for_colleagues_at_once(
    client: FlaskClient, wait: Wait, anne: dict[str, str], bruno: dict[str, str]
) -> None:
    proposal = wait()
    take(client, anne)
    decide(client, proposal, anne, decision="accept")
    assert decide(client, proposal, bruno, decision="refuse", reason="partisan").status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "decision"),
        ({"decision": "maybe"}, "decision"),
        ({"decision": 1}, "decision"),
        ({"decision": "refuse"}, "reason"),
        ({"decision": "refuse", "reason": None}, "reason"),
        ({"decision": "refuse", "reason": "ugly"}, "reason"),
        ({"decision": "accept", "reason": "rude"}, "reason"),
        ({"decision": "accept", "note": "x" * 501}, "note"),
        ({"decision": "accept", "note": "a\u0000b"}, "note"),
        ({"decision": "accept", "state": "accepted"}, "state"),
    ],
)
def test_a_decision_that_is_none_is_refused_on_its_field(
    client: FlaskClient,
    database: Database,
    wait: Wait,
    anne: dict[str, str],
    body: dict[str, Any],
    field: str,
) -> None:
    answer = decide(client, wait(), anne, **body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert events(database) == []


def test_nothing_is_decided_in_an_archived_consultation(
    client: FlaskClient, database: Database, wait: Wait, anne: dict[str, str]
) -> None:
    proposal = wait()
    with database.transaction() as session:
        session.execute(text("UPDATE consultation SET archived_at = now()"))
    answer = decide(client, proposal, anne, decision="accept")
    assert (answer.status_code, answer.json["code"]) == (409, "consultation.archived")
    assert events(database) == []


def test_an_unknown_proposal_and_an_unknown_consultation_are_not_found(
    client: FlaskClient, anne: dict[str, str]
) -> None:
    assert decide(client, str(UUID(int=1)), anne, decision="accept").status_code == 404
    assert client.post(f"{QUEUE}/next", headers=anne).status_code == 404
