"""Votes over HTTP: counted, replaced, withdrawn, and known to nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from structlog.testing import capture_logs

from libs.chassis.db import Database
from libs.chassis.ids import uuid4
from services.consultation.consultations.models import Consultation
from services.consultation.proposals.models import Proposal
from tests.consultation.conftest import MakeProposal, Tokens, Voters
from tests.consultation.votes import PATH, tally, votes


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


def test_a_key_may_be_sent_and_may_be_null(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal
) -> None:
    proposal, headers = make_proposal(), voters.visitor()
    for key in (None, "une-clef"):
        body: dict[str, Any] = {"choice": "agree", "qualifiers": [], "key": key}
        assert client.put(f"{PATH}/{proposal}/vote", json=body, headers=headers).status_code == 200


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
