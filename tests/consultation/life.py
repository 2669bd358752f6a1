"""Somebody with an account who did everything that one can do in the consultation service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.ids import uuid4, uuid7
from services.consultation.actions.models import Action
from services.consultation.causes.models import Cause
from services.consultation.workshops.models import Workshop

if TYPE_CHECKING:
    from tests.consultation.conftest import MakeProposal, Tokens, Voters

BASE = "/api/consultation/v1"


class Life:
    """An account that did everything one can do here: it votes, proposes, decides, measures and comes along."""

    def __init__(
        self,
        client: FlaskClient,
        tokens: Tokens,
        voters: Voters,
        make_proposal: MakeProposal,
        database: Database,
        cause: Cause,
    ) -> None:
        self.subject = uuid4()
        self.headers = tokens.account(("moderator", "coalition"), subject=self.subject)
        self._propose(make_proposal)
        self._vote(voters, make_proposal)
        self._decide(client, make_proposal, f"{BASE}/consultations/{voters.slug}/moderation/next")
        self._measure(database, cause)
        self._come_along(database, cause)

    def _propose(self, make_proposal: MakeProposal) -> None:
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

    def _vote(self, voters: Voters, make_proposal: MakeProposal) -> None:
        self.of_others = [make_proposal(text=f"Il faut planter {n} arbres.") for n in range(3)]
        voters.consent(self.headers)
        for proposal in self.of_others:
            assert voters.vote(self.headers, proposal).status_code == 200

    def _decide(self, client: FlaskClient, make_proposal: MakeProposal, queue: str) -> None:
        """Decide on one proposal, and take another in hand."""
        self.decided, self.in_hand = (
            make_proposal(text=f"Il faut {word} quelque chose.", state="pending")
            for word in ("dire", "tenir")
        )
        decide = f"{BASE}/proposals/{self.decided}/decision"
        assert client.post(decide, json={"decision": "accept"}, headers=self.headers).status_code == 200
        assert client.post(queue, headers=self.headers).status_code == 200

    def _measure(self, database: Database, cause: Cause) -> None:
        """Be named to measure an action."""
        action = Action(
            id=uuid7(),
            cause_id=cause.id,
            title={"fr": "Planter"},
            description={"fr": "…"},
            owner="Une mairie",
            measurer="Une école",
            measurer_account=self.subject,
            status="planned",
            created_at=datetime.now(UTC),
        )
        with database.transaction() as session:
            session.add(action)

    def _come_along(self, database: Database, cause: Cause) -> None:
        """Have the one place of a workshop, for which somebody else waits."""
        workshop = convene(database, cause)
        place = text(
            "INSERT INTO workshop_place (workshop_id, subject, state, asked_at)"
            " VALUES (:workshop, :who, :state, now())"
        )
        with database.transaction() as session:
            for who, state in ((self.subject, "registered"), (uuid4(), "waiting")):
                session.execute(place, {"workshop": workshop, "who": who, "state": state})


def convene(database: Database, cause: Cause) -> UUID:
    """Make a workshop of the cause, with one place; returns its id."""
    now = datetime.now(UTC)
    workshop = Workshop(
        id=uuid7(),
        cause_id=cause.id,
        title={"fr": "Atelier"},
        agenda={"fr": "…"},
        facilitator="Marie",
        starts_at=now + timedelta(days=7),
        ends_at=now + timedelta(days=7, hours=2),
        place="Valence",
        capacity=1,
        state="scheduled",
        created_at=now,
    )
    with database.transaction() as session:
        session.add(workshop)
        return workshop.id
