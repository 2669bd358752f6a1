"""The queue of moderators over HTTP: who is given what, and who is kept out."""

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


def let_holds_end(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE proposal SET locked_until = now() WHERE locked_until IS NOT NULL"))


def test_the_oldest_is_taken_first_and_kept_for_fifteen_minutes(
    client: FlaskClient, wait: Wait, anne: dict[str, str]
) -> None:
    oldest = wait()
    wait()
    answer = client.post(f"{QUEUE}/next", headers=anne).json
    assert answer["proposal"]["id"] == str(oldest)
    assert answer["proposal"]["state"] == "pending"
    assert answer["pending"] == 2
    kept = datetime.fromisoformat(answer["locked_until"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < kept <= timedelta(minutes=15)


def test_asked_again_the_same_moderator_gets_the_same_proposal_and_another_the_next_one(
    client: FlaskClient, wait: Wait, anne: dict[str, str], bruno: dict[str, str]
) -> None:
    first, second = wait(), wait()
    assert take(client, anne) == take(client, anne) == str(first)
    assert take(client, bruno) == str(second)


def test_while_a_moderator_reads_an_author_no_other_gets_that_author(
    client: FlaskClient, wait: Wait, anne: dict[str, str], bruno: dict[str, str]
) -> None:
    author = uuid7()
    first, of_the_same = wait(author_subject=author), wait(author_subject=author)
    other = wait()
    assert take(client, anne) == str(first)
    assert take(client, bruno) == str(other)
    assert decide(client, first, anne, decision="accept").status_code == 200
    assert decide(client, other, bruno, decision="accept").status_code == 200
    assert take(client, bruno) == str(of_the_same)


def test_a_hold_that_ended_frees_the_proposal_and_its_author(
    client: FlaskClient, database: Database, wait: Wait, anne: dict[str, str], bruno: dict[str, str]
) -> None:
    author = uuid7()
    first = wait(author_subject=author)
    wait(author_subject=author)
    assert take(client, anne) == str(first)
    assert take(client, bruno) is None
    let_holds_end(database)
    assert take(client, bruno) == str(first)
    assert take(client, anne) is None


def test_an_empty_queue_is_answered_without_content(
    client: FlaskClient, consultation: Consultation, anne: dict[str, str]
) -> None:
    answer = client.post(f"{QUEUE}/next", headers=anne)
    assert (answer.status_code, answer.data) == (204, b"")


def test_the_queue_tells_how_many_wait_and_shows_them_page_by_page(
    client: FlaskClient, wait: Wait, anne: dict[str, str]
) -> None:
    first, postponed, last = wait(), wait(state="postponed"), wait()
    wait(state="accepted")
    page = client.get(QUEUE, query_string={"limit": 2}, headers=anne).json
    assert (page["pending"], page["postponed"]) == (2, 1)
    rest = client.get(QUEUE, query_string={"limit": 2, "cursor": page["next"]}, headers=anne).json
    shown = [item["id"] for item in page["items"] + rest["items"]]
    assert shown == [str(first), str(postponed), str(last)]
    assert rest["next"] is None


def test_what_is_near_is_shown_beside_what_is_read(
    client: FlaskClient, wait: Wait, anne: dict[str, str]
) -> None:
    near = wait(state="accepted", text="Il faut des composteurs dans chaque rue")
    wait(state="accepted", text="Il faut rouvrir les gares")
    wait(text="Il faut un composteur par rue")
    answer = client.post(f"{QUEUE}/next", headers=anne).json
    assert [item["id"] for item in answer["similar"]] == [str(near)]


def test_a_postponed_proposal_leaves_the_queue_and_is_decided_by_whoever_takes_it_up(
    client: FlaskClient, database: Database, wait: Wait, anne: dict[str, str], bruno: dict[str, str]
) -> None:
    proposal = wait()
    decide(client, take(client, anne) or "", anne, decision="postpone")
    assert take(client, anne) is None
    assert decide(client, proposal, bruno, decision="accept").status_code == 200
    told = [event for event in events(database) if event != "person_notified"]
    assert told == ["proposal_postponed", "proposal_accepted"]


def test_a_moderators_own_proposal_is_passed_over_and_not_theirs_to_decide(
    client: FlaskClient, database: Database, wait: Wait, tokens: Any, bruno: dict[str, str]
) -> None:
    subject = uuid7()
    own = wait(author_subject=subject)
    author = tokens.account(("moderator", "coalition"), subject=subject)
    assert take(client, author) is None
    answer = decide(client, own, author, decision="accept")
    assert (answer.status_code, answer.json["code"]) == (403, "moderation.own_proposal")
    assert take(client, bruno) == str(own)
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
    assert take(client, here) == str(waiting)
    assert decide(client, waiting, here, decision="accept").status_code == 200
