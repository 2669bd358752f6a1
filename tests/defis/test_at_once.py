"""What several people do in the same instant comes out as if they had come one after the other."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from libs.chassis.db import Database
from libs.chassis.tokens import Principal
from services.defis.core_groups import commands as core_groups
from services.defis.core_groups.commands import Presentation
from services.defis.core_groups.rules import Answer
from services.defis.gates import commands as gates
from services.defis.gates.rules import Decision, Reason
from services.defis.meetings import registrations
from services.defis.pledges import commands as pledges
from services.defis.pledges.rules import Decision as PledgeDecision
from services.defis.privacy.commands import erase_subject
from services.defis.standing import Role
from tests.defis.at_once import all_at_once
from tests.defis.people import EBV, account, join, meet, publish

PEOPLE = 6
rounds = pytest.mark.parametrize("turn", range(3))


@rounds
def test_the_last_places_of_a_meeting_are_given_once(database: Database, turn: int) -> None:
    porteur = account()
    defi = publish(database, porteur)
    meeting = meet(database, defi, porteur, capacity=2)

    def ask(who: Principal) -> str:
        with database.transaction() as session:
            return registrations.register(session, defi, meeting, who, "Zoé", datetime.now(UTC)).state

    places = all_at_once(database, ask, [account() for _ in range(PEOPLE)])
    assert Counter(places) == {"registered": 2, "waiting": PEOPLE - 2}


@rounds
def test_one_person_pressing_twice_takes_one_place(database: Database, turn: int) -> None:
    porteur, bruno = account(), account()
    defi = publish(database, porteur)
    meeting = meet(database, defi, porteur, capacity=4)

    def ask(who: Principal) -> str:
        with database.transaction() as session:
            return registrations.register(session, defi, meeting, who, "Zoé", datetime.now(UTC)).state

    assert all_at_once(database, ask, [bruno] * 4) == ["registered"] * 4
    with database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM registration")) == 1


@rounds
def test_places_freed_at_once_go_to_different_people(database: Database, turn: int) -> None:
    porteur = account()
    defi = publish(database, porteur)
    meeting = meet(database, defi, porteur, capacity=3)
    people = [account() for _ in range(6)]
    for who in people:
        with database.transaction() as session:
            registrations.register(session, defi, meeting, who, "Zoé", datetime.now(UTC))

    def leave(who: Principal) -> None:
        with database.transaction() as session:
            registrations.withdraw(session, defi, meeting, who, datetime.now(UTC))

    all_at_once(database, leave, people[:3])
    with database.transaction() as session:
        left = session.execute(text("SELECT subject, state FROM registration")).all()
    assert {row.subject: row.state for row in left} == {who.subject: "registered" for who in people[3:]}


@rounds
def test_asking_to_join_twice_in_the_same_instant_makes_one_request(database: Database, turn: int) -> None:
    porteur, bruno = account(), account()
    defi = publish(database, porteur)

    def ask(who: Principal) -> str:
        with database.transaction() as session:
            core_groups.request_membership(session, defi, who, Presentation("Zoé"), datetime.now(UTC))
        return "done"

    assert Counter(all_at_once(database, ask, [bruno] * 5)) == {"done": 1, "membership.requested": 4}
    with database.transaction() as session:
        notices = session.scalar(text("SELECT count(*) FROM outbox WHERE type LIKE '%person_notified%'"))
    assert notices == 2  # the porteur was told of the publication, and of one request


@rounds
def test_an_invitation_is_accepted_by_one_person(database: Database, turn: int) -> None:
    porteur = account()
    defi = publish(database, porteur)
    now = datetime.now(UTC)
    with database.transaction() as session:
        secret = core_groups.invite(session, defi, porteur, Role.CORE, now, timedelta(days=1)).secret

    def accept(who: Principal) -> str:
        with database.transaction() as session:
            core_groups.answer_invitation(
                session, defi, who, secret=secret, answer=Answer.ACCEPT, who=Presentation("Zoé"), now=now
            )
        return "done"

    outcomes = all_at_once(database, accept, [account() for _ in range(4)])
    assert Counter(outcomes) == {"done": 1, "invitation.answered": 3}


@rounds
@pytest.mark.parametrize("other", [Decision.CONFIRM, Decision.REFUSE])
def test_a_gate_decided_twice_in_the_same_instant_is_decided_once(
    database: Database, turn: int, other: Decision
) -> None:
    porteur, core = account(), account()
    defi = publish(database, porteur, entry_stage="creaction", entry_evidence="Deux ans de marchés.")
    join(database, defi, porteur, [core], Role.CORE)
    evidence = {"charter": "Adoptée.", "experiment": "Trois samedis.", "task": "Peindre."}
    with database.transaction() as session:
        gate = gates.ask(session, defi, porteur, evidence=evidence, needed=5, now=datetime.now(UTC)).id
    decisions = [Decision.CONFIRM, other, Decision.CONFIRM, other]
    judges = {account(EBV): decision for decision in decisions}

    def decide(who: Principal) -> str:
        with database.transaction() as session:
            reasons = [Reason.OTHER] if judges[who] is Decision.REFUSE else []
            return gates.decide(
                session,
                defi,
                gate,
                who,
                decision=judges[who],
                reasons=reasons,
                note=None,
                needed=5,
                now=datetime.now(UTC),
            ).state

    outcomes = all_at_once(database, decide, list(judges))
    with database.transaction() as session:
        state = session.scalar(text("SELECT state FROM gate"))
        stage = session.scalar(text("SELECT stage FROM defi"))
        changes = session.scalar(text("SELECT count(*) FROM outbox WHERE type LIKE '%stage_changed%'"))
    assert Counter(outcomes) == {state: 1, f"gate.{state}": 3}
    confirmed = state == "confirmed"
    assert (stage, changes) == (("activaction", 1) if confirmed else ("creaction", 0))


@rounds
def test_asking_for_a_gate_twice_in_the_same_instant_asks_once(database: Database, turn: int) -> None:
    porteur = account()
    defi = publish(database, porteur, entry_stage="creaction", entry_evidence="Deux ans de marchés.")
    evidence = {"charter": "Adoptée.", "experiment": "Trois samedis.", "task": "Peindre."}

    def ask(who: Principal) -> str:
        with database.transaction() as session:
            gates.ask(session, defi, who, evidence=evidence, needed=5, now=datetime.now(UTC))
        return "done"

    assert Counter(all_at_once(database, ask, [porteur] * 4)) == {"done": 1, "gate.undecided": 3}


@rounds
def test_a_pledge_accepted_and_withdrawn_in_the_same_instant_ends_withdrawn(
    database: Database, turn: int
) -> None:
    porteur, giver = account(), account()
    defi = publish(database, porteur)
    fields = {"kind": "skill", "description": "Souder", "amount_cents": None, "hours": None, "name": "Zoé"}
    with database.transaction() as session:
        offered = fields | {"contact": None, "valid_until": None}
        pledge = pledges.offer(session, defi, giver, offered, datetime.now(UTC)).id

    def decide(who: Principal) -> str:
        decision = PledgeDecision.ACCEPT if who is porteur else PledgeDecision.WITHDRAW
        with database.transaction() as session:
            return pledges.decide(session, defi, pledge, who, decision, datetime.now(UTC)).state

    outcomes = all_at_once(database, decide, [porteur, giver])
    assert outcomes in (["accepted", "withdrawn"], ["pledge.withdrawn", "withdrawn"])
    with database.transaction() as session:
        assert session.scalar(text("SELECT state FROM pledge")) == "withdrawn"


@rounds
def test_a_person_erased_while_joining_is_not_half_there(database: Database, turn: int) -> None:
    porteur, bruno = account(), account()
    defi = publish(database, porteur)
    pledge = {"kind": "skill", "description": "Souder", "amount_cents": None, "hours": None, "name": "Zoé"}
    now = datetime.now(UTC)
    with database.transaction() as session:
        core_groups.request_membership(session, defi, bruno, Presentation("Zoé"), now)

    def act(what: str) -> str:
        try:
            with database.transaction() as session:
                if what == "erase":
                    erase_subject(session, bruno.subject, now)
                else:
                    offered = pledge | {"contact": None, "valid_until": None}
                    pledges.offer(session, defi, bruno, offered, now)
        except DBAPIError as error:
            return "refused" if "somebody who was erased" in str(error.orig) else repr(error)
        return "done"

    outcomes = all_at_once(database, act, ["erase", "offer"])
    assert outcomes in (["done", "done"], ["done", "refused"])
    with database.transaction() as session:
        held = session.execute(
            text(
                "SELECT (SELECT count(*) FROM pledge WHERE subject = :who) AS pledges,"
                " (SELECT count(*) FROM actor WHERE subject = :who) AS actors,"
                " (SELECT count(*) FROM member WHERE subject = :who) AS members"
            ),
            {"who": bruno.subject},
        ).one()
    # Either the pledge came first and went with them, or it came after and the database refused it.
    assert (held.pledges, held.actors, held.members) == (0, 0, 0)
