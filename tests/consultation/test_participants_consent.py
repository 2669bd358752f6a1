"""Consent: one tap to give, one to take back, and never twice the same participant."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from libs.chassis.db import Database
from libs.chassis.ids import uuid4
from services.consultation.consultations.models import Consultation
from services.consultation.participants.commands import give_consent
from services.consultation.participants.models import Participant
from services.consultation.participants.rules import Identity
from services.consultation.voting.models import Vote
from tests.consultation.conftest import MakeProposal, Tokens, Voters

PATH = "/api/consultation/v1/consultations/vivre-mieux/consent"


def count(database: Database, table: Any) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_anyone_reads_the_text_and_nobody_has_consented_by_reading(
    client: FlaskClient, consultation: Consultation, tokens: Tokens, database: Database
) -> None:
    expected = {"version": 1, "text": {"fr": "J’accepte."}, "given": None}
    assert client.get(PATH).json == expected
    assert client.get(PATH, headers=tokens.visitor()).json == expected
    assert count(database, Participant) == 0


@pytest.mark.parametrize("kind", ["visitor", "account"])
def test_consent_is_given_by_one_tap(client: FlaskClient, voters: Voters, tokens: Tokens, kind: str) -> None:
    headers = tokens.visitor() if kind == "visitor" else tokens.account()
    answer = voters.consent(headers)
    assert answer.status_code == 201
    given = answer.json["given"]
    assert given["version"] == 1
    assert datetime.fromisoformat(given["at"]) <= datetime.now(UTC)
    assert client.get(PATH, headers=headers).json == answer.json
    assert client.get(PATH, headers=tokens.visitor()).json["given"] is None  # type: ignore[index]


def test_consenting_twice_keeps_the_first_time(voters: Voters, tokens: Tokens, database: Database) -> None:
    headers = tokens.visitor()
    first, second = voters.consent(headers), voters.consent(headers)
    assert first.json == second.json
    assert count(database, Participant) == 1


def test_an_account_and_a_browser_of_the_same_id_are_two_participants(
    voters: Voters, tokens: Tokens, database: Database
) -> None:
    subject = uuid4()
    voters.consent(tokens.visitor(subject))
    voters.consent(tokens.account(subject=subject))
    assert count(database, Participant) == 2


def test_the_text_agreed_to_must_be_the_current_one(
    client: FlaskClient, make_consultation: Callable[..., Consultation], tokens: Tokens
) -> None:
    make_consultation(slug="deuxieme-texte", consent_version=2)
    voters = Voters(client, tokens, "deuxieme-texte")
    outdated = voters.consent(tokens.visitor(), version=1)
    assert (outdated.status_code, outdated.json["code"]) == (409, "consent.outdated")
    assert "2" in outdated.json["detail"]


@pytest.mark.parametrize(
    "body", [{}, {"version": None}, {"version": "un"}, {"version": -1}, {"version": 1, "x": 2}]
)
def test_a_consent_to_nothing_is_refused(
    client: FlaskClient, consultation: Consultation, tokens: Tokens, database: Database, body: dict[str, Any]
) -> None:
    assert client.post(PATH, json=body, headers=tokens.visitor()).status_code == 422
    assert count(database, Participant) == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"opens_at": timedelta(hours=1)}, "consultation.not_open_yet"),
        ({"closes_at": timedelta(hours=-1)}, "consultation.closed"),
        ({"archived_at": timedelta(hours=-1)}, "consultation.archived"),
    ],
)
def test_consent_is_only_taken_while_the_consultation_is_open(
    client: FlaskClient,
    make_consultation: Callable[..., Consultation],
    tokens: Tokens,
    database: Database,
    changes: dict[str, timedelta],
    code: str,
) -> None:
    make_consultation(slug="ailleurs", **{name: datetime.now(UTC) + by for name, by in changes.items()})
    answer = Voters(client, tokens, "ailleurs").consent(tokens.visitor())
    assert (answer.status_code, answer.json["code"]) == (409, code)
    assert count(database, Participant) == 0


def test_consent_needs_somebody(client: FlaskClient, consultation: Consultation) -> None:
    assert client.post(PATH, json={"version": 1}).status_code == 401
    assert client.delete(PATH).status_code == 401


def test_first_consents_that_arrive_at_once_make_one_participant(
    database: Database, consultation: Consultation
) -> None:
    who, together = Identity("visitor", str(uuid4())), Barrier(6)

    def consent(_: int) -> Any:
        together.wait()
        with database.transaction() as session:
            return give_consent(session, consultation, who, 1, datetime.now(UTC)).id

    with ThreadPoolExecutor(6) as threads:
        ids = set(threads.map(consent, range(6)))
    assert len(ids) == 1
    assert count(database, Participant) == 1


def test_withdrawing_deletes_that_participants_votes_and_no_other(
    client: FlaskClient, voters: Voters, database: Database, make_proposal: MakeProposal
) -> None:
    proposals = [make_proposal(), make_proposal()]
    leaving, staying = voters.visitor(), voters.account()
    for proposal in proposals:
        voters.vote(leaving, proposal)
        voters.vote(staying, proposal, "disagree")
    assert count(database, Vote) == 4
    assert client.delete(PATH, headers=leaving).status_code == 204
    assert count(database, Vote) == 2
    assert client.get(PATH, headers=leaving).json["given"] is None  # type: ignore[index]
    refused = voters.vote(leaving, proposals[0])
    assert (refused.status_code, refused.json["code"]) == (403, "vote.consent_missing")
    assert voters.vote(staying, proposals[0]).status_code == 200


def test_withdrawing_what_was_never_given_changes_nothing(
    client: FlaskClient, consultation: Consultation, tokens: Tokens, database: Database
) -> None:
    assert client.delete(PATH, headers=tokens.visitor()).status_code == 204
    assert count(database, Participant) == 0


def test_giving_consent_again_starts_anew(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal, database: Database
) -> None:
    proposal, headers = make_proposal(), voters.visitor()
    voters.vote(headers, proposal)
    first = client.get(PATH, headers=headers).json["given"]["at"]  # type: ignore[index]
    client.delete(PATH, headers=headers)
    again = voters.consent(headers)
    assert again.status_code == 201
    assert again.json["given"]["at"] > first
    assert client.get(f"/api/consultation/v1/proposals/{proposal}/vote", headers=headers).status_code == 404
    assert voters.vote(headers, proposal, "neutral").status_code == 200
    assert (count(database, Vote), count(database, Participant)) == (1, 1)


def test_consent_can_be_withdrawn_after_the_consultation_closed(
    client: FlaskClient,
    voters: Voters,
    make_proposal: MakeProposal,
    consultation: Consultation,
    database: Database,
) -> None:
    headers = voters.visitor()
    voters.vote(headers, make_proposal())
    with database.transaction() as session:
        session.merge(consultation).closes_at = datetime.now(UTC)
    assert client.delete(PATH, headers=headers).status_code == 204
    assert count(database, Vote) == 0
