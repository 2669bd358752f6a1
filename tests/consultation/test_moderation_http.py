"""Moderation over HTTP: the queue, decisions, who may."""

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
from services.consultation.moderation.rules import Reason
from services.consultation.proposals.models import Proposal

BASE = "/api/consultation/v1"
QUEUE = f"{BASE}/consultations/vivre-mieux/moderation"
Wait = Callable[..., Proposal]


@pytest.fixture
def wait(database: Database, consultation: Consultation) -> Wait:
    """Makes proposals that wait, each a second younger than the one before."""
    made: list[Proposal] = []

    def make(**values: Any) -> Proposal:
        submitted_at = datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=len(made))
        given = {"text": f"Il faut planter {len(made)} arbres", "author_subject": uuid7(), "state": "pending"}
        proposal = Proposal(
            **{
                "id": uuid7(),
                "consultation_id": consultation.id,
                "language": "fr",
                "submitted_at": submitted_at,
            }
            | given
            | values
        )
        with database.transaction() as session:
            session.add(proposal)
        made.append(proposal)
        return proposal

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


def decide(client: FlaskClient, proposal: Proposal | str, who: dict[str, str], **decision: Any) -> Any:
    id = proposal if isinstance(proposal, str) else proposal.id
    return client.post(f"{BASE}/proposals/{id}/decision", json=decision, headers=who)


def events(database: Database) -> list[str]:
    with database.transaction() as session:
        types = session.scalars(text("SELECT type FROM outbox ORDER BY position"))
        return [type.split(".")[2] for type in types]


def let_holds_end(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE proposal SET locked_until = now() WHERE locked_until IS NOT NULL"))


def test_the_oldest_is_taken_first_and_kept_for_fifteen_minutes(
    client: FlaskClient, wait: Wait, anne: dict[str, str]
) -> None:
    oldest = wait()
    wait()
    answer = client.post(f"{QUEUE}/next", headers=anne).json
    assert answer["proposal"]["id"] == str(oldest.id)
    assert answer["proposal"]["state"] == "pending"
    assert answer["pending"] == 2
    kept = datetime.fromisoformat(answer["locked_until"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < kept <= timedelta(minutes=15)


def test_asked_again_the_same_moderator_gets_the_same_proposal_and_another_the_next_one(
    client: FlaskClient, wait: Wait, anne: dict[str, str], bruno: dict[str, str]
) -> None:
    first, second = wait(), wait()
    assert take(client, anne) == take(client, anne) == str(first.id)
    assert take(client, bruno) == str(second.id)


def test_while_a_moderator_reads_an_author_no_other_gets_that_author(
    client: FlaskClient, wait: Wait, anne: dict[str, str], bruno: dict[str, str]
) -> None:
    author = uuid7()
    first, of_the_same = wait(author_subject=author), wait(author_subject=author)
    other = wait()
    assert take(client, anne) == str(first.id)
    assert take(client, bruno) == str(other.id)
    assert decide(client, first, anne, decision="accept").status_code == 200
    assert decide(client, other, bruno, decision="accept").status_code == 200
    assert take(client, bruno) == str(of_the_same.id)


def test_a_hold_that_ended_frees_the_proposal_and_its_author(
    client: FlaskClient, database: Database, wait: Wait, anne: dict[str, str], bruno: dict[str, str]
) -> None:
    author = uuid7()
    first = wait(author_subject=author)
    wait(author_subject=author)
    assert take(client, anne) == str(first.id)
    assert take(client, bruno) is None
    let_holds_end(database)
    assert take(client, bruno) == str(first.id)
    assert take(client, anne) is None


def test_an_empty_queue_is_answered_without_content(
    client: FlaskClient, consultation: Consultation, anne: dict[str, str]
) -> None:
    answer = client.post(f"{QUEUE}/next", headers=anne)
    assert (answer.status_code, answer.data) == (204, b"")


def test_a_moderators_own_proposal_is_passed_over_and_not_theirs_to_decide(
    client: FlaskClient, database: Database, wait: Wait, tokens: Any, bruno: dict[str, str]
) -> None:
    subject = uuid7()
    own = wait(author_subject=subject)
    author = tokens.account(("moderator", "coalition"), subject=subject)
    assert take(client, author) is None
    answer = decide(client, own, author, decision="accept")
    assert (answer.status_code, answer.json["code"]) == (403, "moderation.own_proposal")
    assert take(client, bruno) == str(own.id)
    assert events(database) == []


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
    assert events(database) == [f"proposal_{state}"]
    again = decide(client, proposal, anne, **decision)
    assert (again.status_code, again.json["code"]) == (409, f"moderation.{state}")
    assert events(database) == [f"proposal_{state}"]
    assert take(client, anne) is None


def test_a_decided_proposal_is_listed_and_votable_or_hidden(
    client: FlaskClient, wait: Wait, anne: dict[str, str]
) -> None:
    good, bad = wait(), wait()
    decide(client, good, anne, decision="accept")
    decide(client, bad, anne, decision="refuse", reason="off_topic")
    listed = client.get(f"{BASE}/consultations/vivre-mieux/proposals").json["items"]
    assert [item["id"] for item in listed] == [str(good.id)]
    assert client.get(f"{BASE}/proposals/{bad.id}").status_code == 404


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
            {"consultation": consultation.id, "proposal": proposal.id},
        )
    answer = decide(client, proposal, anne, decision="refuse", reason="illegal")
    assert (answer.status_code, answer.json["state"], answer.json["tally"]["agree"]) == (200, "refused", 1)
    assert events(database) == ["proposal_accepted", "proposal_refused"]
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


def test_moderators_of_another_cause_and_people_without_the_role_are_kept_out(
    client: FlaskClient, database: Database, cause: Cause, wait: Wait, tokens: Any
) -> None:
    waiting, public = wait(), wait(state="accepted")
    elsewhere = tokens.account(("moderator", f"cause:{uuid7()}"))
    for stranger, status in (({}, 401), (tokens.visitor(), 403), (tokens.account(), 403), (elsewhere, 403)):
        assert client.post(f"{QUEUE}/next", headers=stranger).status_code == status
        assert client.get(QUEUE, headers=stranger).status_code == status
        assert decide(client, public, stranger, decision="refuse", reason="rude").status_code == status
    # What they may not know of is not there for them.
    assert decide(client, waiting, elsewhere, decision="accept").status_code == 404
    assert events(database) == []
    here = tokens.account(("moderator", f"cause:{cause.id}"))
    assert take(client, here) == str(waiting.id)
    assert decide(client, waiting, here, decision="accept").status_code == 200


def test_the_queue_tells_how_many_wait_and_shows_them_page_by_page(
    client: FlaskClient, wait: Wait, anne: dict[str, str]
) -> None:
    first, postponed, last = wait(), wait(state="postponed"), wait()
    wait(state="accepted")
    page = client.get(QUEUE, query_string={"limit": 2}, headers=anne).json
    assert (page["pending"], page["postponed"]) == (2, 1)
    rest = client.get(QUEUE, query_string={"limit": 2, "cursor": page["next"]}, headers=anne).json
    shown = [item["id"] for item in page["items"] + rest["items"]]
    assert shown == [str(first.id), str(postponed.id), str(last.id)]
    assert rest["next"] is None


def test_a_postponed_proposal_leaves_the_queue_and_is_decided_by_whoever_takes_it_up(
    client: FlaskClient, database: Database, wait: Wait, anne: dict[str, str], bruno: dict[str, str]
) -> None:
    proposal = wait()
    decide(client, take(client, anne) or "", anne, decision="postpone")
    assert take(client, anne) is None
    assert decide(client, proposal, bruno, decision="accept").status_code == 200
    assert events(database) == ["proposal_postponed", "proposal_accepted"]


def test_what_is_near_is_shown_beside_what_is_read(
    client: FlaskClient, wait: Wait, anne: dict[str, str]
) -> None:
    near = wait(state="accepted", text="Il faut des composteurs dans chaque rue")
    wait(state="accepted", text="Il faut rouvrir les gares")
    wait(text="Il faut un composteur par rue")
    answer = client.post(f"{QUEUE}/next", headers=anne).json
    assert [item["id"] for item in answer["similar"]] == [str(near.id)]


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
