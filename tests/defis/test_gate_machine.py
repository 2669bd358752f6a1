"""Gates and stages: whatever the porteur, EBVs and the operator do, compared with a model."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.errors import Problem
from libs.chassis.ids import uuid7
from services.defis.challenges import commands as challenges
from services.defis.challenges.rules import Action
from services.defis.gates import commands
from services.defis.gates.rules import Decision, Reason
from services.defis.meetings.models import Meeting
from services.defis.standing import Role
from tests.defis.people import EBV, STAFF, account, join, publish

STAGES = ["informaction", "creaction", "activaction"]
EVIDENCE = {"charter": "Adoptée.", "experiment": "Trois samedis.", "task": "Peindre."}
JUDGES = ["ebv", "second ebv", "staff", "second staff", "ebv of the group", "ebv elsewhere"]
NEEDED = 3


@dataclass
class Known:
    """What the model knows of one asking."""

    id: UUID
    stage: str
    state: str = "asked"
    refused_by: str = ""


class Passing(RuleBasedStateMachine):
    """One défi that asks for its stages."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.people = {
            "porteur": account(),
            "ebv": account(EBV),
            "second ebv": account(EBV),
            "staff": account(STAFF),
            "second staff": account(STAFF),
            "ebv of the group": account(EBV),
            "ebv elsewhere": account(("ebv", "territory:75056")),
        }
        porteur = self.people["porteur"]
        self.defi = publish(self.database, porteur)
        join(self.database, self.defi, porteur, [self.people["ebv of the group"]], Role.CORE)
        self.now = datetime.now(UTC)
        self.stage, self.paused = 0, False
        self.debates, self.committed = 0, 2
        self.model: list[Known] = []
        self.changes: list[tuple[str, str]] = []

    @rule()
    def a_debate_is_reported(self) -> None:
        now = datetime.now(UTC)
        with self.database.transaction() as session:
            session.add(
                Meeting(
                    id=uuid7(),
                    defi_id=self.defi,
                    kind="debate",
                    title="?",
                    starts_at=now,
                    ends_at=now + timedelta(hours=1),
                    place="Ici",
                    accessibility=[],
                    state="held",
                    minutes="Dit.",
                    attendance=3,
                    revision=0,
                    created_at=now,
                    changed_at=now,
                )
            )
        self.debates += 1

    @rule()
    def everything_is_there(self) -> None:
        self.a_debate_is_reported()
        while not self.paused and self.committed < NEEDED:
            self.somebody_joins_the_core_group()

    @rule()
    def somebody_joins_the_core_group(self) -> None:
        if not self.paused and self.committed < 6:
            join(self.database, self.defi, self.people["porteur"], [account()], Role.CORE)
            self.committed += 1

    @rule()
    def the_defi_is_paused_or_resumed(self) -> None:
        action = Action.RESUME if self.paused else Action.PAUSE
        with self.database.transaction() as session:
            challenges.move(
                session, self.defi, self.people["porteur"], action=action, reason=None, now=self.now
            )
        self.paused = not self.paused

    @rule(stated=st.booleans(), who=st.sampled_from(["porteur", "ebv of the group"]))
    def somebody_asks(self, stated: bool, who: str) -> None:
        outcome, missing = "done", set[str]()
        try:
            with self.database.transaction() as session:
                gate = commands.ask(
                    session,
                    self.defi,
                    self.people[who],
                    evidence=EVIDENCE if stated else {},
                    needed=NEEDED,
                    now=self.now,
                )
        except Problem as problem:
            outcome, missing = problem.code, {error.field for error in problem.errors}
        assert outcome == self.expected_asking(who, stated)
        assert missing == (self.missing(stated) if outcome == "gate.conditions_missing" else set())
        if outcome == "done":
            self.model.append(Known(gate.id, STAGES[self.stage + 1]))

    def missing(self, stated: bool) -> set[str]:
        if self.stage == 0:
            counted = {"debates": self.debates < 1, "committed": self.committed < NEEDED}
            return {code for code, lacking in counted.items() if lacking}
        return set() if stated else set(EVIDENCE)

    def expected_asking(self, who: str, stated: bool) -> str:
        if who != "porteur":
            return "access.porteur"
        if self.paused:
            return "defi.paused"
        if self.stage == 2:
            return "gate.last_stage"
        if any(one.state in ("asked", "appealed") for one in self.model):
            return "gate.undecided"
        return "gate.conditions_missing" if self.missing(stated) else "done"

    @rule(
        who=st.sampled_from(JUDGES),
        which=st.integers(0, 3),
        decision=st.sampled_from([Decision.CONFIRM, Decision.REFUSE, Decision.UPHOLD]),
    )
    def somebody_decides(self, who: str, which: int, decision: Decision) -> None:
        if not self.model:
            return
        one = self.model[-1 - which % len(self.model)]
        outcome = "done"
        try:
            with self.database.transaction() as session:
                commands.decide(
                    session,
                    self.defi,
                    one.id,
                    self.people[who],
                    decision=decision,
                    reasons=[Reason.OTHER] if decision is Decision.REFUSE else [],
                    note=None,
                    needed=NEEDED,
                    now=self.now,
                )
        except Problem as problem:
            outcome = problem.code
        assert outcome == self.expected_decision(one, who, decision)
        if outcome == "done":
            self.decided(one, who, decision)

    @rule(who=st.sampled_from(["ebv", "staff", "second staff"]), confirmed=st.booleans())
    def the_last_one_is_decided(self, who: str, confirmed: bool) -> None:
        if self.model and self.model[-1].state in ("asked", "appealed"):
            no = Decision.REFUSE if self.model[-1].state == "asked" else Decision.UPHOLD
            self.somebody_decides(who, 0, Decision.CONFIRM if confirmed else no)

    def expected_decision(self, one: Known, who: str, decision: Decision) -> str:
        if who == "ebv elsewhere":
            return "gate.unknown"
        if one.state == "appealed":
            if "staff" not in who:
                return "access.operator"
            if who == one.refused_by:
                return "gate.own_refusal"
            possible = decision is not Decision.REFUSE
        else:
            if who == "ebv of the group":
                return "access.conflict_of_interest"
            possible = one.state == "asked" and decision is not Decision.UPHOLD
        if not possible:
            return f"gate.{one.state}"
        return "defi.paused" if self.paused else "done"

    def decided(self, one: Known, who: str, decision: Decision) -> None:
        if decision is Decision.CONFIRM:
            one.state = "confirmed"
            self.changes.append((STAGES[self.stage], one.stage))
            self.stage += 1
        elif decision is Decision.REFUSE:
            one.state, one.refused_by = "refused", who
        else:
            one.state = "upheld"

    @rule()
    def the_porteur_appeals_the_last_one(self) -> None:
        if not self.model:
            return
        one, outcome = self.model[-1], "done"
        try:
            with self.database.transaction() as session:
                commands.appeal(session, self.defi, one.id, self.people["porteur"], "Si.", self.now)
        except Problem as problem:
            outcome = problem.code
        if one.state != "refused":
            assert outcome == f"gate.{one.state}"
        else:
            assert outcome == ("defi.paused" if self.paused else "done")
        if outcome == "done":
            one.state = "appealed"

    @invariant()
    def states_and_stage_are_those_of_the_model(self) -> None:
        with self.database.transaction() as session:
            rows = session.execute(text("SELECT id, state FROM gate WHERE defi_id = :id"), {"id": self.defi})
            assert {row.id: row.state for row in rows} == {one.id: one.state for one in self.model}
            stage = session.scalar(text("SELECT stage FROM defi WHERE id = :id"), {"id": self.defi})
            assert stage == STAGES[self.stage]

    @invariant()
    def every_change_of_stage_is_told_once(self) -> None:
        with self.database.transaction() as session:
            rows = session.execute(
                text(
                    "SELECT envelope::jsonb #>> '{data,from_stage}' AS left_,"
                    " envelope::jsonb #>> '{data,to_stage}' AS entered"
                    " FROM outbox WHERE subject = :id AND type LIKE '%stage_changed%' ORDER BY position"
                ),
                {"id": str(self.defi)},
            )
            assert [(row.left_, row.entered) for row in rows] == self.changes


def test_gates_behave_as_their_model(database: Database) -> None:
    class BoundPassing(Passing):
        pass

    BoundPassing.database = database
    run_state_machine_as_test(
        BoundPassing,
        settings=settings(max_examples=30, stateful_step_count=30),
    )
