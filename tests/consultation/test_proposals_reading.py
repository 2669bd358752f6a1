"""Reading proposals over HTTP: who may read which, and page by page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from libs.chassis.ids import uuid7
from services.consultation.causes.models import Cause
from services.consultation.consultations.models import Consultation

BASE = "/api/consultation/v1"
LIST = f"{BASE}/consultations/vivre-mieux/proposals"
NOW = datetime.now(UTC)
MakeProposal = Callable[..., UUID]


@pytest.mark.parametrize("state", ["pending", "postponed", "refused"])
def test_what_is_not_public_is_read_by_its_author_and_the_moderators_of_its_cause_and_nobody_else(
    client: FlaskClient, make_proposal: MakeProposal, cause: Cause, tokens: Any, state: str
) -> None:
    author = uuid7()
    reason = "rude" if state == "refused" else None
    proposal = make_proposal(state=state, reason=reason, note="Un mot", author_subject=author)
    address = f"{BASE}/proposals/{proposal}"
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
    client: FlaskClient, make_proposal: MakeProposal, state: str
) -> None:
    proposal = make_proposal(state=state, note="Un mot", author_subject=uuid7())
    answer = client.get(f"{BASE}/proposals/{proposal}")
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


@pytest.mark.parametrize("limit", [1, 4, 11, 100])
def test_pages_show_each_accepted_proposal_once_and_nothing_else(
    client: FlaskClient, make_proposal: MakeProposal, tokens: Any, limit: int
) -> None:
    # Three at each instant: the id decides between them.
    times = [NOW + timedelta(seconds=n // 3) for n in range(11)]
    expected = sorted((at, make_proposal(submitted_at=at)) for at in times)
    for state in ("pending", "postponed", "archived"):
        make_proposal(state=state)
    make_proposal(state="refused", reason="test")
    moderator = tokens.account(("moderator", "coalition"))
    assert read_all(client, LIST, moderator, limit) == [str(proposal) for _, proposal in expected]


def test_a_proposal_accepted_meanwhile_makes_no_other_appear_twice(
    client: FlaskClient, make_proposal: MakeProposal
) -> None:
    for n in range(4):
        make_proposal(submitted_at=NOW + timedelta(seconds=n))
    first = client.get(LIST, query_string={"limit": 2}).json
    make_proposal(submitted_at=NOW - timedelta(seconds=1))
    second = client.get(LIST, query_string={"limit": 2, "cursor": first["next"]}).json
    shown = [item["id"] for item in first["items"] + second["items"]]
    assert len(set(shown)) == 4
    assert second["next"] is None


def test_a_cursor_of_another_consultation_is_refused(
    client: FlaskClient, make_proposal: MakeProposal, make_consultation: Callable[..., Consultation]
) -> None:
    make_consultation(slug="ailleurs")
    make_proposal()
    make_proposal()
    cursor = client.get(LIST, query_string={"limit": 1}).json["next"]
    answer = client.get(f"{BASE}/consultations/ailleurs/proposals", query_string={"cursor": cursor})
    assert (answer.status_code, answer.json["code"]) == (400, "cursor.foreign")


def test_an_author_reads_all_of_their_own_proposals_with_reasons_and_nobody_elses(
    client: FlaskClient, make_proposal: MakeProposal, tokens: Any
) -> None:
    author = uuid7()
    waiting = make_proposal(author_subject=author, submitted_at=NOW, state="pending")
    refused = make_proposal(
        author_subject=author, submitted_at=NOW - timedelta(days=1), state="refused", reason="rude"
    )
    make_proposal(author_subject=uuid7())
    address = f"{BASE}/me/proposals"
    headers = tokens.account(subject=author)
    assert read_all(client, address, headers, 1) == [str(waiting), str(refused)]
    assert [item["reason"] for item in client.get(address, headers=headers).json["items"]] == [None, "rude"]
    assert client.get(address).status_code == 401
    assert client.get(address, headers=tokens.visitor(subject=author)).status_code == 403


def test_a_proposal_is_shown_with_its_votes(
    client: FlaskClient, make_proposal: MakeProposal, voters: Any
) -> None:
    proposal = make_proposal()
    voters.vote(voters.visitor(), proposal, "agree", "likeIt")
    voters.vote(voters.account(), proposal, "agree")
    voters.vote(voters.visitor(), proposal, "disagree")
    for tally in (
        client.get(f"{BASE}/proposals/{proposal}").json["tally"],
        client.get(LIST).json["items"][0]["tally"],
    ):
        assert (tally["agree"], tally["disagree"], tally["neutral"], tally["total"]) == (2, 1, 0, 3)
        assert tally["qualifiers"]["likeIt"] == 1
