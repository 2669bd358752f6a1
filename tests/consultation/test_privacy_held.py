"""What is held of an account is shown to its holder, and to nobody else."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import text

from libs.chassis.db import Database
from tests.consultation.conftest import Tokens, Voters
from tests.consultation.life import BASE, Life


def test_everything_held_is_shown_to_its_holder_and_nobody_elses(
    life: Life, client: FlaskClient, voters: Voters, tokens: Tokens
) -> None:
    voters.vote(voters.account(), life.of_others[0], "disagree")
    held = client.get(f"{BASE}/me/held", headers=life.headers).json
    assert {name: len(rows) for name, rows in held.items()} == {
        "actions_measured": 1,
        "consents": 1,
        "decisions": 1,
        "proposals": 5,
        "proposals_in_hand": 1,
        "votes": 3,
        "workshop_places": 1,
    }
    assert {vote["choice"] for vote in held["votes"]} == {"agree"}
    assert {vote["proposal"] for vote in held["votes"]} == {f"Il faut planter {n} arbres." for n in range(3)}
    assert {proposal["note"] for proposal in held["proposals"]} == {"À vous."}
    stranger = client.get(f"{BASE}/me/held", headers=tokens.account()).json
    assert set(map(len, stranger.values())) == {0}
    assert client.get(f"{BASE}/me/held", headers=tokens.visitor()).status_code == 403


def test_what_one_voted_on_is_not_shown_again_once_it_is_refused(
    life: Life, client: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        session.execute(
            text("UPDATE proposal SET state = 'refused', reason = 'illegal' WHERE id = :id"),
            {"id": life.of_others[0]},
        )
    votes = client.get(f"{BASE}/me/held", headers=life.headers).json["votes"]
    assert [vote["proposal"] for vote in votes if vote["proposal_id"] == str(life.of_others[0])] == [None]
