"""An account erased: what of it goes, what stays and says nothing of it, and what is declared."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.ids import uuid4
from tests.consultation.asking import Asking
from tests.consultation.conftest import Voters
from tests.consultation.life import BASE, Life

NOTHING = {
    "actions_measured": 0,
    "consents": 0,
    "decisions_made_anonymous": 0,
    "proposal_texts_destroyed": 0,
    "proposals_deleted": 0,
    "proposals_made_anonymous": 0,
    "votes": 0,
    "workshop_places": 0,
}


def test_an_erased_account_leaves_no_trace_and_the_erasure_is_declared(
    life: Life, asking: Asking, database: Database
) -> None:
    assert {"participant", "proposal", "workshop_place", "action"} <= set(asking.traces(life.subject))
    number = uuid4()
    asking(life.subject, number=number)
    assert asking.traces(life.subject, "à moi", "À vous") == ["proposal"], "published texts stay"
    assert asking.traces(life.subject) == []
    assert asking.declared() == [
        {
            "erasure_id": str(number),
            "erased": {
                "actions_measured": 1,
                "consents": 1,
                "decisions_made_anonymous": 1,
                "proposal_texts_destroyed": 0,
                "proposals_deleted": 3,
                "proposals_made_anonymous": 2,
                "votes": 3,
                "workshop_places": 1,
            },
        }
    ]
    with database.transaction() as session:
        left = session.execute(
            text("SELECT id, author_subject, note FROM proposal WHERE text LIKE '%à moi%' ORDER BY id")
        ).all()
        decided = session.scalar(text("SELECT decided_by FROM proposal WHERE id = :id"), {"id": life.decided})
        places = session.scalars(text("SELECT state FROM workshop_place")).all()
        notice = session.scalar(text("SELECT envelope FROM outbox WHERE type LIKE '%person_notified%'"))
    assert {row.id for row in left} == {life.own["accepted"], life.own["archived"]}
    assert {(row.author_subject, row.note) for row in left} == {(None, None)}
    assert decided not in (None, life.subject)
    assert places == ["registered"], "who waited has the place"
    assert "workshop.place_freed" in notice


def test_votes_of_an_erased_account_leave_the_tallies(
    life: Life, asking: Asking, client: FlaskClient, voters: Voters
) -> None:
    voters.vote(voters.visitor(), life.of_others[0], "disagree")
    asking(life.subject)
    tally = client.get(f"{BASE}/proposals/{life.of_others[0]}").json["tally"]
    assert (tally["agree"], tally["disagree"]) == (0, 1)


def test_a_refused_text_on_which_others_voted_is_destroyed_and_their_votes_stay(
    life: Life, asking: Asking, voters: Voters, database: Database
) -> None:
    voters.vote(voters.visitor(), life.own["accepted"])
    with database.transaction() as session:
        session.execute(
            text("UPDATE proposal SET state = 'refused', reason = 'rude' WHERE id = :id"),
            {"id": life.own["accepted"]},
        )
    asking(life.subject)
    assert asking.declared()[0]["erased"]["proposal_texts_destroyed"] == 1
    with database.transaction() as session:
        kept = session.execute(
            text("SELECT text, author_subject FROM proposal WHERE id = :id"), {"id": life.own["accepted"]}
        ).one()
        votes = session.scalar(
            text("SELECT count(*) FROM vote WHERE proposal_id = :id"), {"id": life.own["accepted"]}
        )
    assert (tuple(kept), votes) == (("", None), 1)


def test_an_asking_that_comes_twice_or_for_nobody_is_harmless(life: Life, asking: Asking) -> None:
    body = asking(life.subject)
    asking.mailbox.receive([body])
    assert len(asking.declared()) == 1
    asking(life.subject)
    asking(uuid4())
    assert [declared["erased"] for declared in asking.declared()[1:]] == [NOTHING, NOTHING]


def test_an_asking_of_another_owner_changes_nothing_and_is_not_kept(life: Life, asking: Asking) -> None:
    before = asking.traces(life.subject)
    asking(life.subject, owner="op1")
    assert (asking.traces(life.subject), asking.declared()) == (before, [])
