"""Votes over HTTP, and everything that refuses one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from structlog.testing import capture_logs

from libs.chassis.db import Database
from libs.chassis.ids import uuid4, uuid7
from services.consultation.consultations.models import Consultation
from services.consultation.proposals.models import Proposal
from services.consultation.voting.models import Vote
from tests.consultation.conftest import MakeProposal, Tokens, Voters

PATH = "/api/consultation/v1/proposals"


def votes(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Vote)) or 0


def tally(client: FlaskClient, proposal: UUID) -> Any:
    shown = client.get(f"{PATH}/{proposal}").json
    assert shown is not None
    return shown["tally"]


@pytest.mark.parametrize("kind", ["visitor", "account"])
def test_a_vote_is_counted(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal, kind: str
) -> None:
    proposal, headers = make_proposal(), getattr(voters, kind)()
    answer = voters.vote(headers, proposal, "agree", "doable", "likeIt")
    assert answer.status_code == 200
    assert answer.json["proposal"] == str(proposal)
    assert (answer.json["choice"], answer.json["qualifiers"]) == ("agree", ["doable", "likeIt"])
    mine = client.get(f"{PATH}/{proposal}/vote", headers=headers).json
    assert mine is not None
    assert (mine["choice"], set(mine["qualifiers"])) == ("agree", {"doable", "likeIt"})
    assert mine["voted_at"] == answer.json["voted_at"]
    counted = tally(client, proposal)
    assert (counted["agree"], counted["disagree"], counted["neutral"], counted["total"]) == (1, 0, 0, 1)
    assert (counted["qualifiers"]["likeIt"], counted["qualifiers"]["doable"]) == (1, 1)
    assert len(counted["qualifiers"]) == 9


def test_voting_again_replaces_the_choice_and_its_qualifiers(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal, database: Database
) -> None:
    proposal, headers = make_proposal(), voters.visitor()
    voters.vote(headers, proposal, "agree", "likeIt")
    assert voters.vote(headers, proposal, "disagree").status_code == 200
    counted = tally(client, proposal)
    assert (counted["agree"], counted["disagree"], counted["total"]) == (0, 1, 1)
    assert set(counted["qualifiers"].values()) == {0}
    assert votes(database) == 1


def test_a_vote_is_withdrawn_once_and_for_all(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal, database: Database
) -> None:
    proposal, headers = make_proposal(), voters.visitor()
    voters.vote(headers, proposal)
    voters.vote(voters.visitor(), proposal)
    for _ in range(2):
        assert client.delete(f"{PATH}/{proposal}/vote", headers=headers).status_code == 204
    assert client.get(f"{PATH}/{proposal}/vote", headers=headers).status_code == 404
    assert votes(database) == 1


def test_nobody_reads_the_vote_of_another(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal
) -> None:
    proposal = make_proposal()
    voters.vote(voters.visitor(), proposal)
    answer = client.get(f"{PATH}/{proposal}/vote", headers=voters.visitor())
    assert (answer.status_code, answer.json and answer.json["code"]) == (404, "vote.none")


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


def test_a_vote_given_under_an_older_text_can_still_be_withdrawn(
    client: FlaskClient,
    voters: Voters,
    make_proposal: MakeProposal,
    consultation: Consultation,
    database: Database,
) -> None:
    headers, proposal = voters.visitor(), make_proposal()
    voters.vote(headers, proposal)
    with database.transaction() as session:
        session.merge(consultation).consent_version = 2
    assert client.delete(f"{PATH}/{proposal}/vote", headers=headers).status_code == 204
    assert votes(database) == 0


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


def test_a_vote_on_what_was_refused_since_can_still_be_withdrawn(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal, database: Database
) -> None:
    proposal, headers = make_proposal(), voters.visitor()
    voters.vote(headers, proposal)
    with database.transaction() as session:
        stored = session.get_one(Proposal, proposal)
        stored.state, stored.reason = "refused", "illegal"
    assert client.delete(f"{PATH}/{proposal}/vote", headers=headers).status_code == 204
    assert votes(database) == 0


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


def test_a_key_may_be_sent_and_may_be_null(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal
) -> None:
    proposal, headers = make_proposal(), voters.visitor()
    for key in (None, "une-clef"):
        body: dict[str, Any] = {"choice": "agree", "qualifiers": [], "key": key}
        assert client.put(f"{PATH}/{proposal}/vote", json=body, headers=headers).status_code == 200


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


def test_no_vote_becomes_an_event(voters: Voters, make_proposal: MakeProposal, database: Database) -> None:
    voters.vote(voters.visitor(), make_proposal())
    with database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM outbox")) == 0


def test_no_log_line_says_who_voted_what(voters: Voters, make_proposal: MakeProposal, tokens: Tokens) -> None:
    subject, proposal = uuid4(), make_proposal()
    headers = tokens.visitor(subject)
    voters.consent(headers)
    with capture_logs() as lines:
        voters.vote(headers, proposal, "disagree", "noWay")
        voters.vote(headers, proposal, "neutral", "likeIt")
    assert [line["status"] for line in lines] == [422]  # what went well is counted, and leaves no line
    said = repr(lines)
    for private in (str(subject), str(proposal), "disagree", "noWay", "neutral", headers["Authorization"]):
        assert private not in said


def test_the_database_itself_refuses_a_second_vote_and_a_qualifier_of_the_other_side(
    voters: Voters, make_proposal: MakeProposal, database: Database
) -> None:
    voters.vote(voters.visitor(), make_proposal())
    with database.transaction() as session:
        constraints = session.scalars(
            text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'vote'::regclass")
        ).all()
    assert "PRIMARY KEY (participant_id, proposal_id)" in constraints
    with pytest.raises(Exception, match="ck_vote_qualifiers_of_the_side"), database.transaction() as session:
        session.execute(text("UPDATE vote SET qualifiers = 8"))


MakeConsultation = Callable[..., Consultation]


def test_a_consent_counts_in_its_own_consultation_only(
    client: FlaskClient, voters: Voters, make_consultation: MakeConsultation, make_proposal: MakeProposal
) -> None:
    elsewhere = make_consultation(slug="ailleurs")
    answer = voters.vote(voters.visitor(), make_proposal(consultation_id=elsewhere.id))
    assert (answer.status_code, answer.json["code"]) == (403, "vote.consent_missing")
