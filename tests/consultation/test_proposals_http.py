"""Proposals over HTTP: who may make one, who may read which."""

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
from services.consultation.causes.models import Cause
from services.consultation.consultations.models import Consultation
from services.consultation.proposals.models import Proposal

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


def insert(database: Database, consultation: Consultation, **values: Any) -> Proposal:
    proposal = Proposal(
        **{
            "id": uuid7(),
            "consultation_id": consultation.id,
            "text": TREES,
            "language": "fr",
            "author_subject": uuid7(),
            "state": "accepted",
            "submitted_at": datetime.now(UTC),
        }
        | values
    )
    with database.transaction() as session:
        session.add(proposal)
    return proposal


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


@pytest.mark.parametrize("state", ["pending", "postponed", "refused"])
def test_what_is_not_public_is_read_by_its_author_and_the_moderators_of_its_cause_and_nobody_else(
    client: FlaskClient,
    database: Database,
    consultation: Consultation,
    cause: Cause,
    tokens: Any,
    state: str,
) -> None:
    author = uuid7()
    reason = "rude" if state == "refused" else None
    proposal = insert(
        database, consultation, state=state, reason=reason, note="Un mot", author_subject=author
    )
    address = f"{BASE}/proposals/{proposal.id}"
    for reader in (
        tokens.account(subject=author),
        tokens.account(("moderator", "coalition")),
        tokens.account(("moderator", f"cause:{cause.id}")),
    ):
        answer = client.get(address, headers=reader)
        assert (answer.status_code, answer.json["state"]) == (200, state)
        assert (answer.json["reason"], answer.json["note"]) == (reason, "Un mot")
    for stranger in (
        {},
        tokens.visitor(),
        tokens.visitor(subject=author),
        tokens.account(),
        tokens.account(("moderator", f"cause:{uuid7()}")),
        tokens.account(("moderator", "cause:everything"), ("moderator", "operator:op1")),
        tokens.account(("administrator", "coalition")),
    ):
        answer = client.get(address, headers=stranger)
        assert (answer.status_code, answer.json["code"]) == (404, "proposal.unknown")


@pytest.mark.parametrize("state", ["accepted", "archived"])
def test_what_was_accepted_is_read_by_anyone_without_the_moderators_note(
    client: FlaskClient, database: Database, consultation: Consultation, state: str
) -> None:
    proposal = insert(database, consultation, state=state, note="Un mot")
    answer = client.get(f"{BASE}/proposals/{proposal.id}")
    assert answer.status_code == 200
    assert answer.json["note"] is None
    assert "author" not in str(answer.json)


def test_a_proposal_that_is_not_there_or_whose_id_is_none_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"{BASE}/proposals/{uuid7()}").json["code"] == "proposal.unknown"
    assert client.get(f"{BASE}/proposals/12").status_code == 404


def read_all(client: FlaskClient, address: str, headers: dict[str, str], limit: int) -> list[str]:
    ids: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        answer = client.get(address, query_string=query, headers=headers)
        assert answer.status_code == 200
        ids += [item["id"] for item in answer.json["items"]]
        cursor = answer.json["next"]
        if cursor is None:
            return ids


def test_pages_show_each_accepted_proposal_once_and_nothing_else(
    client: FlaskClient, database: Database, consultation: Consultation, tokens: Any
) -> None:
    now = datetime.now(UTC)
    # Three at each instant: the id decides between them.
    expected = [
        insert(database, consultation, submitted_at=now + timedelta(seconds=n // 3)) for n in range(11)
    ]
    for state in ("pending", "postponed", "archived"):
        insert(database, consultation, state=state)
    insert(database, consultation, state="refused", reason="test")
    address = f"{BASE}/consultations/vivre-mieux/proposals"
    in_order = [str(p.id) for p in sorted(expected, key=lambda p: (p.submitted_at, p.id))]
    for limit in (1, 4, 11, 100):
        moderator = tokens.account(("moderator", "coalition"))
        assert read_all(client, address, moderator, limit) == in_order


def test_a_proposal_accepted_meanwhile_makes_no_other_appear_twice(
    client: FlaskClient, database: Database, consultation: Consultation
) -> None:
    now = datetime.now(UTC)
    for n in range(4):
        insert(database, consultation, submitted_at=now + timedelta(seconds=n))
    address = f"{BASE}/consultations/vivre-mieux/proposals"
    first = client.get(address, query_string={"limit": 2}).json
    insert(database, consultation, submitted_at=now - timedelta(seconds=1))
    second = client.get(address, query_string={"limit": 2, "cursor": first["next"]}).json
    shown = [item["id"] for item in first["items"] + second["items"]]
    assert len(set(shown)) == 4
    assert second["next"] is None


def test_a_cursor_of_another_consultation_is_refused(
    client: FlaskClient, database: Database, make_consultation: Callable[..., Consultation]
) -> None:
    here = make_consultation()
    make_consultation(slug="ailleurs")
    insert(database, here)
    insert(database, here)
    cursor = client.get(f"{BASE}/consultations/vivre-mieux/proposals", query_string={"limit": 1}).json["next"]
    answer = client.get(f"{BASE}/consultations/ailleurs/proposals", query_string={"cursor": cursor})
    assert (answer.status_code, answer.json["code"]) == (400, "cursor.foreign")


def test_an_author_reads_all_of_their_own_proposals_with_reasons_and_nobody_elses(
    client: FlaskClient, database: Database, consultation: Consultation, tokens: Any
) -> None:
    author = uuid7()
    now = datetime.now(UTC)
    made = [
        insert(database, consultation, author_subject=author, submitted_at=now, state="pending"),
        insert(
            database,
            consultation,
            author_subject=author,
            submitted_at=now - timedelta(days=1),
            state="refused",
            reason="rude",
        ),
    ]
    insert(database, consultation)
    address = f"{BASE}/me/proposals"
    headers = tokens.account(subject=author)
    assert read_all(client, address, headers, 1) == [str(proposal.id) for proposal in made]
    assert [item["reason"] for item in client.get(address, headers=headers).json["items"]] == [None, "rude"]
    assert client.get(address).status_code == 401
    assert client.get(address, headers=tokens.visitor(subject=author)).status_code == 403


def test_a_proposal_is_shown_with_its_votes(
    client: FlaskClient, database: Database, consultation: Consultation
) -> None:
    proposal = insert(database, consultation)
    vote(database, consultation, proposal.id, 1)
    vote(database, consultation, proposal.id, 1)
    vote(database, consultation, proposal.id, -1)
    tally = client.get(f"{BASE}/proposals/{proposal.id}").json["tally"]
    assert (tally["agree"], tally["disagree"], tally["neutral"], tally["total"]) == (2, 1, 0, 3)


def vote(database: Database, consultation: Consultation, proposal_id: UUID, choice: int) -> None:
    with database.transaction() as session:
        session.execute(
            text(
                "WITH who AS (INSERT INTO participant (id, consultation_id, class, subject)"
                " VALUES (gen_random_uuid(), :consultation, 'visitor', gen_random_uuid()::text) RETURNING id)"
                " INSERT INTO vote SELECT id, :proposal, :consultation, :choice, 0, 1, true, now() FROM who"
            ),
            {"consultation": consultation.id, "proposal": proposal_id, "choice": choice},
        )
