"""Everything that refuses a vote: no consent, another hour, a proposal that takes none, and what is no vote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from services.consultation.consultations.models import Consultation
from tests.consultation.conftest import MakeProposal, Tokens, Voters
from tests.consultation.votes import PATH, tally, votes


def test_a_vote_without_consent_is_refused(
    voters: Voters, make_proposal: MakeProposal, tokens: Tokens, database: Database
) -> None:
    answer = voters.vote(tokens.visitor(), make_proposal())
    assert (answer.status_code, answer.json["code"]) == (403, "vote.consent_missing")
    assert votes(database) == 0


def test_a_vote_under_consent_to_an_older_text_is_refused(
    voters: Voters, make_proposal: MakeProposal, consultation: Consultation, database: Database
) -> None:
    headers, proposal = voters.visitor(), make_proposal()
    with database.transaction() as session:
        session.merge(consultation).consent_version = 2
    answer = voters.vote(headers, proposal)
    assert (answer.status_code, answer.json["code"]) == (403, "vote.consent_missing")
    voters.consent(headers, version=2)
    assert voters.vote(headers, proposal).status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"opens_at": timedelta(minutes=1)}, "consultation.not_open_yet"),
        ({"closes_at": timedelta(0)}, "consultation.closed"),
        ({"archived_at": timedelta(0)}, "consultation.archived"),
    ],
)
def test_a_vote_outside_the_hours_of_the_consultation_is_refused(
    client: FlaskClient,
    voters: Voters,
    make_proposal: MakeProposal,
    consultation: Consultation,
    database: Database,
    changes: dict[str, timedelta],
    code: str,
) -> None:
    headers, first, second = voters.visitor(), make_proposal(), make_proposal()
    voters.vote(headers, first)
    with database.transaction() as session:
        stored = session.merge(consultation)
        for name, by in changes.items():
            setattr(stored, name, datetime.now(UTC) + by)
    for answer in (
        voters.vote(headers, second),
        voters.vote(headers, first, "disagree"),
        client.delete(f"{PATH}/{first}/vote", headers=headers),
    ):
        assert (answer.status_code, answer.json and answer.json["code"]) == (409, code)
    assert votes(database) == 1
    assert tally(client, first)["agree"] == 1


@pytest.mark.parametrize("state", ["pending", "postponed", "refused"])
def test_a_proposal_that_is_not_public_is_unknown_to_voters(
    voters: Voters, make_proposal: MakeProposal, database: Database, state: str
) -> None:
    proposal = make_proposal(state=state, reason="test" if state == "refused" else None)
    answer = voters.vote(voters.account(), proposal)
    assert (answer.status_code, answer.json["code"]) == (404, "proposal.unknown")
    assert votes(database) == 0


def test_the_author_of_a_pending_proposal_is_told_that_it_takes_no_votes(
    voters: Voters, make_proposal: MakeProposal, tokens: Tokens
) -> None:
    author = uuid7()
    headers = tokens.account(subject=author)
    voters.consent(headers)
    answer = voters.vote(headers, make_proposal(state="pending", author_subject=author))
    assert (answer.status_code, answer.json["code"]) == (409, "vote.not_accepted")
    # A browser whose token happens to have the same subject is somebody else.
    browser = tokens.visitor(author)
    voters.consent(browser)
    assert voters.vote(browser, make_proposal(state="pending", author_subject=author)).status_code == 404


def test_an_archived_proposal_takes_no_votes(voters: Voters, make_proposal: MakeProposal) -> None:
    answer = voters.vote(voters.visitor(), make_proposal(state="archived"))
    assert (answer.status_code, answer.json["code"]) == (409, "vote.not_accepted")


def test_an_unknown_proposal_is_not_found(client: FlaskClient, voters: Voters) -> None:
    headers = voters.visitor()
    unknown = voters.vote(headers, uuid7())
    assert (unknown.status_code, unknown.json["code"]) == (404, "proposal.unknown")
    assert client.delete(f"{PATH}/{uuid7()}/vote", headers=headers).status_code == 404
    assert client.get(f"{PATH}/{uuid7()}/vote", headers=headers).status_code == 404
    for malformed in ("42", "pas-un-uuid", "0190aaaa-0000-7000-8000-00000000000", "%00"):
        answer = client.put(f"{PATH}/{malformed}/vote", json={"choice": "agree"}, headers=headers)
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"choice": "agree", "qualifiers": ["noWay"]}, "qualifiers"),
        ({"choice": "disagree", "qualifiers": ["likeIt"]}, "qualifiers"),
        ({"choice": "neutral", "qualifiers": ["platitudeAgree"]}, "qualifiers"),
        ({"choice": "agree", "qualifiers": ["likeIt", "likeIt"]}, "qualifiers"),
        ({"choice": "agree", "qualifiers": ["superbe"]}, "qualifiers.0"),
        ({"choice": "agree", "qualifiers": [1]}, "qualifiers.0"),
        ({"choice": "agree", "qualifiers": "likeIt"}, "qualifiers"),
        ({"choice": "agree", "qualifiers": ["likeIt"] * 10}, "qualifiers"),
        ({"choice": "oui"}, "choice"),
        ({"choice": 1}, "choice"),
        ({"choice": None}, "choice"),
        ({}, "choice"),
        ({"choice": "agree", "key": "k" * 501}, "key"),
        ({"choice": "agree", "key": "a\u0000b"}, "key"),
        ({"choice": "agree", "participant": "moi"}, "participant"),
    ],
)
def test_what_is_no_vote_is_refused_with_the_field(
    client: FlaskClient,
    voters: Voters,
    make_proposal: MakeProposal,
    database: Database,
    body: dict[str, Any],
    field: str,
) -> None:
    answer = client.put(f"{PATH}/{make_proposal()}/vote", json=body, headers=voters.visitor())
    assert answer.status_code == 422, answer.json
    assert answer.json is not None
    assert field in [error["field"] for error in answer.json["errors"]]
    assert votes(database) == 0


@pytest.mark.parametrize("body", ["", "{", "agree", "\x00", "[" * 3000, "[]"])
def test_what_is_no_json_is_refused(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal, database: Database, body: str
) -> None:
    headers = voters.visitor() | {"Content-Type": "application/json"}
    answer = client.put(f"{PATH}/{make_proposal()}/vote", data=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.mimetype == "application/problem+json"
    assert votes(database) == 0


def test_the_refusal_is_said_in_french_and_in_english(
    client: FlaskClient, tokens: Tokens, make_proposal: MakeProposal
) -> None:
    path, body = f"{PATH}/{make_proposal()}/vote", {"choice": "agree"}
    french = client.put(path, json=body, headers=tokens.visitor() | {"Accept-Language": "fr"})
    english = client.put(path, json=body, headers=tokens.visitor() | {"Accept-Language": "en"})
    assert french.json is not None
    assert english.json is not None
    assert french.json["code"] == english.json["code"]
    assert "consentement" in french.json["detail"]
    assert "consent " in english.json["detail"]


MakeConsultation = Callable[..., Consultation]


def test_a_consent_counts_in_its_own_consultation_only(
    client: FlaskClient, voters: Voters, make_consultation: MakeConsultation, make_proposal: MakeProposal
) -> None:
    elsewhere = make_consultation(slug="ailleurs")
    answer = voters.vote(voters.visitor(), make_proposal(consultation_id=elsewhere.id))
    assert (answer.status_code, answer.json["code"]) == (403, "vote.consent_missing")
