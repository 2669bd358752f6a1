"""What is held of an account is shown to its holder, and leaves no trace when they are erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from libs.chassis.db import Database
from libs.chassis.erasure_log import ErasureLog
from libs.chassis.ids import uuid4, uuid7
from libs.chassis.inbox import Inbox
from libs.contracts.envelope import Envelope
from libs.contracts.erasures import ErasureRequested
from services.consultation.actions.models import Action
from services.consultation.causes.models import Cause
from services.consultation.consultations.models import Consultation
from services.consultation.privacy.commands import erase_subject, replay_erasures
from services.consultation.privacy.consumers import consumers_noting
from services.consultation.worker import consumers, jobs
from services.consultation.workshops.models import Workshop
from tests.consultation.conftest import MakeProposal, Tokens, Voters

BASE = "/api/consultation/v1"
WAITING = text("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
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


class Asking:
    """Identity asks for an erasure, over the bus."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.mailbox = Inbox(database, consumers)

    def __call__(self, subject: UUID, *, owner: str = "coalition", number: UUID | None = None) -> str:
        """Deliver an asking. Returns its envelope, to deliver again."""
        number = number or uuid4()
        body = Envelope(
            id=uuid7(),
            type=ErasureRequested.type("coalition"),
            source="/coalition/identity",
            subject=str(number),
            sequence=1,
            time=datetime.now(UTC),
            data=ErasureRequested(erasure_id=number, owner=owner, pairwise_id=subject).dump(),
            traceparent="",
        ).to_json()
        assert self.mailbox.receive([body]) == [True]
        return body

    def declared(self) -> list[dict[str, Any]]:
        """What was declared so far."""
        query = text(
            "SELECT envelope::json -> 'data' FROM outbox WHERE type = 'coalition.consultation.erasure_declared.v1'"
            " ORDER BY position"
        )
        with self.database.transaction() as session:
            return list(session.scalars(query))

    def traces(self, *needles: object) -> list[str]:
        """The tables in which any of `needles` stands, whatever the column."""
        found = set()
        with self.database.transaction() as session:
            tables = session.scalars(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            ).all()
            for table in tables:
                content = "\n".join(session.scalars(text(f'SELECT t::text FROM "{table}" AS t')))
                found |= {table for needle in needles if str(needle) in content}
        return sorted(found)


@pytest.fixture
def asking(database: Database) -> Asking:
    """Identity."""
    return Asking(database)


@pytest.fixture
def make_workshop(database: Database, cause: Cause) -> Callable[..., UUID]:
    """Makes a workshop of the cause, with one place."""

    def make(**changes: Any) -> UUID:
        now = datetime.now(UTC)
        values: dict[str, Any] = {
            "id": uuid7(),
            "cause_id": cause.id,
            "title": {"fr": "Atelier"},
            "agenda": {"fr": "…"},
            "facilitator": "Marie",
            "starts_at": now + timedelta(days=7),
            "ends_at": now + timedelta(days=7, hours=2),
            "place": "Valence",
            "capacity": 1,
            "state": "scheduled",
            "created_at": now,
        } | changes
        with database.transaction() as session:
            session.add(Workshop(**values))
        return UUID(str(values["id"]))

    return make


class Life:
    """An account that did everything one can do here: it votes, proposes, decides, measures and comes along."""

    def __init__(
        self,
        client: FlaskClient,
        tokens: Tokens,
        voters: Voters,
        make_proposal: MakeProposal,
        make_workshop: Callable[..., UUID],
    ) -> None:
        self.subject = uuid4()
        self.headers = tokens.account(("moderator", "coalition"), subject=self.subject)
        self.of_others = [make_proposal(text=f"Il faut planter {n} arbres.") for n in range(3)]
        self.own = {
            state: make_proposal(
                text=f"Il faut un mot {state} à moi.",
                state=state,
                author_subject=self.subject,
                reason="rude" if state == "refused" else None,
                note="À vous.",
            )
            for state in ("pending", "accepted", "refused", "postponed", "archived")
        }
        self.decided, self.in_hand = (
            make_proposal(text=f"Il faut {word} quelque chose.", state="pending")
            for word in ("dire", "tenir")
        )
        voters.consent(self.headers)
        for proposal in self.of_others:
            assert voters.vote(self.headers, proposal).status_code == 200
        decide = f"{BASE}/proposals/{self.decided}/decision"
        assert client.post(decide, json={"decision": "accept"}, headers=self.headers).status_code == 200
        queue = f"{BASE}/consultations/{voters.slug}/moderation/next"
        assert client.post(queue, headers=self.headers).status_code == 200
        self.workshop = make_workshop()
        self.place = f"{BASE}/workshops/{self.workshop}/place"


@pytest.fixture
def life(
    client: FlaskClient,
    tokens: Tokens,
    voters: Voters,
    make_proposal: MakeProposal,
    make_workshop: Callable[..., UUID],
    database: Database,
    cause: Cause,
) -> Life:
    """Somebody, and all they did."""
    life = Life(client, tokens, voters, make_proposal, make_workshop)
    action = Action(
        id=uuid7(),
        cause_id=cause.id,
        title={"fr": "Planter"},
        description={"fr": "…"},
        owner="Une mairie",
        measurer="Une école",
        measurer_account=life.subject,
        status="planned",
        created_at=datetime.now(UTC),
    )
    with database.transaction() as session:
        session.add(action)
        for who in (life.subject, uuid4()):
            session.execute(
                text(
                    "INSERT INTO workshop_place (workshop_id, subject, state, asked_at)"
                    " VALUES (:workshop, :who, :state, now())"
                ),
                {
                    "workshop": life.workshop,
                    "who": who,
                    "state": "registered" if who == life.subject else "waiting",
                },
            )
    return life


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


def test_an_erased_account_does_nothing_more_with_its_token(
    life: Life, asking: Asking, client: FlaskClient, voters: Voters
) -> None:
    asking(life.subject)
    for path, body in (
        (f"/consultations/{voters.slug}/consent", {"version": 1}),
        (f"/consultations/{voters.slug}/proposals", {"text": "Il faut revenir encore une fois."}),
        (f"/proposals/{life.in_hand}/decision", {"decision": "accept"}),
        (f"/consultations/{voters.slug}/moderation/next", None),
    ):
        answer = client.post(f"{BASE}{path}", json=body, headers={**life.headers, "Accept-Language": "fr"})
        assert (answer.status_code, answer.json["detail"]) == (401, "Ce compte a été effacé.")
    answer = voters.vote(life.headers, life.of_others[0])
    assert (answer.status_code, answer.json["code"]) == (403, "vote.consent_missing")
    assert asking.traces(life.subject) == []


def test_an_erasure_that_arrives_before_anything_else_holds(
    asking: Asking, tokens: Tokens, client: FlaskClient, consultation: Consultation
) -> None:
    subject = uuid4()
    asking(subject)
    consent = f"{BASE}/consultations/{consultation.slug}/consent"
    answer = client.post(consent, json={"version": 1}, headers=tokens.account(subject=subject))
    assert (answer.status_code, answer.json["code"]) == (401, "account.erased")
    # A browser is nobody's account, and a row of an import has a number.
    assert (
        client.post(consent, json={"version": 1}, headers=tokens.visitor(subject=subject)).status_code == 201
    )


def test_what_was_under_way_waits_for_the_erasure_and_is_refused_by_the_database(
    asking: Asking, database: Database, make_proposal: MakeProposal
) -> None:
    subject, answers = uuid4(), []

    def propose() -> None:
        try:
            make_proposal(author_subject=subject)
        except DBAPIError as error:
            answers.append(str(error.orig))

    late = Thread(target=propose)
    with database.transaction() as session:
        erase_subject(session, subject, datetime.now(UTC))
        late.start()
        while late.is_alive() and not session.scalar(WAITING):
            pass
        assert late.is_alive(), "it did not wait"
    late.join()
    assert "erased" in answers[0]
    assert asking.traces(subject) == []


def test_whom_we_refuse_is_remembered_by_a_digest_for_forty_days(asking: Asking, database: Database) -> None:
    asking(uuid4())
    job = next(job for job in jobs if job.name == "forget-old-erasures")
    now = datetime.now(UTC)
    for days, left in ((39, 1), (41, 0)):
        with database.transaction() as session:
            job.run(session, now + timedelta(days=days))
            assert session.scalar(text("SELECT count(*) FROM erased_subject")) == left


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


def test_a_database_restored_from_before_is_told_again_whom_it_had_erased(
    asking: Asking, database: Database, make_proposal: MakeProposal, tmp_path: Path
) -> None:
    subject, log = uuid4(), ErasureLog(tmp_path)
    asking.mailbox = Inbox(database, consumers_noting(log))
    asking(subject)
    asking(uuid4(), owner="op1")
    with database.transaction() as session:
        session.execute(text("DELETE FROM erased_subject"))
    make_proposal(author_subject=subject)
    assert asking.traces(subject) == ["proposal"]
    with database.transaction() as session:
        assert replay_erasures(session, log, datetime.now(UTC)) == 1
    assert asking.traces(subject) == []
