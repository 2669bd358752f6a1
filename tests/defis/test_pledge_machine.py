"""Pledges: whatever givers, the core group and the clock do, compared with a model; and who counts as committed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.errors import Problem
from services.defis.gates.queries import committed_people
from services.defis.pledges import commands
from services.defis.pledges.rules import Decision
from services.defis.standing import Role
from tests.defis.people import account, join, publish

ENDS = {"lapse": "lapsed", "withdraw": "withdrawn"}
MODEL = {
    "offered": {"accept": "accepted", **ENDS},
    "accepted": {"fulfil": "fulfilled", **ENDS},
}


@dataclass
class Known:
    """What the model knows of a pledge."""

    id: UUID
    giver: str
    until: date | None
    state: str = "offered"


class Giving(RuleBasedStateMachine):
    """A défi with a porteur, one of the core group and a member; two strangers who give as well."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        names = ("porteur", "core", "member", "giver", "other")
        self.people = {name: account() for name in names}
        self.defi = publish(self.database, self.people["porteur"])
        join(self.database, self.defi, self.people["porteur"], [self.people["core"]], Role.CORE)
        join(self.database, self.defi, self.people["porteur"], [self.people["member"]])
        self.now = datetime.now(UTC)
        self.model: list[Known] = []

    @rule(who=st.sampled_from(["core", "member", "giver", "other"]), days=st.none() | st.integers(0, 3))
    def somebody_offers(self, who: str, days: int | None) -> None:
        if sum(one.state in MODEL for one in self.model) >= 4:
            return  # a few at a time, so that each comes to its end
        until = None if days is None else self.now.date() + timedelta(days=days)
        fields = {
            "kind": "skill",
            "description": "Je sais souder.",
            "amount_cents": None,
            "hours": None,
            "name": "Zoé",
            "contact": None,
            "valid_until": until,
        }
        with self.database.transaction() as session:
            pledge = commands.offer(session, self.defi, self.people[who], fields, self.now)
        self.model.append(Known(pledge.id, who, until))

    @rule(
        who=st.sampled_from(["porteur", "core", "member", "giver", "other"]),
        which=st.integers(0, 8),
        decision=st.sampled_from([decision.value for decision in Decision]),
    )
    def somebody_decides(self, who: str, which: int, decision: str) -> None:
        if not self.model:
            return
        one = self.model[which % len(self.model)]
        outcome = "done"
        try:
            with self.database.transaction() as session:
                commands.decide(session, self.defi, one.id, self.people[who], Decision(decision), self.now)
        except Problem as problem:
            outcome = problem.code
        assert outcome == self.expected(one, who, decision)
        if outcome == "done":
            one.state = MODEL[one.state][decision]

    @rule(data=st.data())
    def somebody_decides_what_is_possible(self, data: st.DataObject) -> None:
        possible = [
            (place, decision)
            for place, one in enumerate(self.model)
            for decision in sorted(MODEL.get(one.state, {}))
        ]
        if possible:
            place, decision = data.draw(st.sampled_from(possible))
            who = self.model[place].giver if decision == "withdraw" else "core"
            self.somebody_decides(who, place, decision)

    def expected(self, one: Known, who: str, decision: str) -> str:
        in_core = who in ("porteur", "core")
        if one.giver != who and not in_core:
            return "pledge.unknown"
        if decision == "withdraw" and one.giver != who:
            return "pledge.not_own"
        if decision != "withdraw" and not in_core:
            return "access.core_group"
        return "done" if decision in MODEL.get(one.state, {}) else f"pledge.{one.state}"

    @rule(days=st.integers(0, 3))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)
        with self.database.transaction() as session:
            commands.lapse_overdue(session, self.now)
        for one in self.model:
            if one.state in MODEL and one.until is not None and one.until < self.now.date():
                one.state = "lapsed"

    @invariant()
    def states_are_those_of_the_model(self) -> None:
        with self.database.transaction() as session:
            rows = session.execute(
                text("SELECT id, state FROM pledge WHERE defi_id = :id"), {"id": self.defi}
            )
            assert {row.id: row.state for row in rows} == {one.id: one.state for one in self.model}

    @invariant()
    def the_committed_are_the_core_group_and_those_whose_pledge_stands(self) -> None:
        standing = {one.giver for one in self.model if one.state in ("offered", "accepted", "fulfilled")}
        with self.database.transaction() as session:
            assert committed_people(session, [self.defi]) == {self.defi: len({"porteur", "core"} | standing)}


def test_pledges_behave_as_their_model(database: Database) -> None:
    class BoundGiving(Giving):
        pass

    BoundGiving.database = database
    run_state_machine_as_test(
        BoundGiving,
        settings=settings(max_examples=50, stateful_step_count=25),
    )
