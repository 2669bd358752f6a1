"""Whatever anybody tries with a défi, in whatever order: compared with a model of its states, step by step."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.errors import Problem
from services.defis.challenges import commands
from services.defis.challenges.queries import list_defis
from services.defis.challenges.rules import Action, Refusal, Stage
from services.defis.visibility import find_defi
from tests.defis.people import EBV, FIELDS, STAFF, account

PEOPLE = {
    "porteur": account(),
    "stranger": account(),
    "ebv": account(EBV),
    "ebv elsewhere": account(("ebv", "territory:75"), ("operator_staff", "operator:op2")),
    "staff": account(STAFF),
}
PUBLIC = {"published", "paused", "completed", "abandoned", "archived"}
# (state, action) → (state after, who may); the one place of the test that says what the brief of a défi says.
MODEL = {
    ("draft", "submit"): ("submitted", {"porteur"}),
    ("submitted", "publish"): ("published", {"ebv", "staff"}),
    ("submitted", "refuse"): ("refused", {"ebv", "staff"}),
    ("published", "pause"): ("paused", {"porteur", "ebv", "staff"}),
    ("paused", "resume"): ("published", {"porteur", "ebv", "staff"}),
    ("published", "complete"): ("completed", {"porteur"}),
    ("paused", "complete"): ("completed", {"porteur"}),
    ("published", "abandon"): ("abandoned", {"porteur"}),
    ("paused", "abandon"): ("abandoned", {"porteur"}),
    ("published", "archive"): ("archived", {"ebv", "staff"}),
    ("paused", "archive"): ("archived", {"ebv", "staff"}),
}
TOLD = {"publish": "published", "complete": "closed", "abandon": "closed", "archive": "closed"}


class Life(RuleBasedStateMachine):
    """One défi, on which anybody tries anything."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.now(UTC)
        self.state, self.told, self.entries = "draft", list[str](), 1
        with self.database.transaction() as session:
            # Each life has a porteur of its own: one person begins ten défis a day at most.
            self.people = PEOPLE | {"porteur": account()}
            self.id: UUID = commands.create_draft(session, self.people["porteur"], FIELDS, self.now).id

    def knows(self, who: str) -> bool:
        if self.state in PUBLIC or who == "porteur":
            return True
        return self.state != "draft" and who in ("ebv", "staff")

    @rule(data=st.data())
    def somebody_does_what_is_theirs_to_do(self, data: st.DataObject) -> None:
        possible = [
            (who, action)
            for (state, action), (_, allowed) in MODEL.items()
            if state == self.state
            for who in sorted(allowed)
        ]
        if possible:
            self.somebody_tries(*data.draw(st.sampled_from(possible)))

    @rule(who=st.sampled_from(sorted(PEOPLE)), action=st.sampled_from([action.value for action in Action]))
    def somebody_tries(self, who: str, action: str) -> None:
        self.now += timedelta(seconds=1)
        outcome = "done"
        try:
            self.do(who, Action(action))
        except Problem as problem:
            outcome = problem.code
        after, allowed = MODEL.get((self.state, action), (self.state, set()))
        if not self.knows(who):
            assert outcome == "defi.unknown"
        elif who in allowed:
            assert outcome == "done"
            self.state, self.entries = after, self.entries + 1
            self.told += [TOLD[action]] if action in TOLD else []
        else:
            assert outcome.startswith(("access.", f"defi.{self.state}"))

    def do(self, who: str, action: Action) -> None:
        caller = self.people[who]
        with self.database.transaction() as session:
            if action is Action.SUBMIT:
                commands.submit(session, self.id, caller, self.now)
            elif action in (Action.PUBLISH, Action.REFUSE):
                reason = Refusal.OTHER if action is Action.REFUSE else None
                commands.decide(
                    session,
                    self.id,
                    caller,
                    decision=action,
                    reason=reason,
                    note=None,
                    stage=None,
                    now=self.now,
                )
            else:
                commands.move(session, self.id, caller, action=action, reason="Parce que.", now=self.now)

    @invariant()
    def everybody_sees_what_they_may(self) -> None:
        with self.database.transaction() as session:
            for who, caller in [*self.people.items(), ("nobody", None)]:
                try:
                    seen = find_defi(session, self.id, caller).defi.state
                except Problem as problem:
                    seen = problem.code
                assert seen == (self.state if self.knows(who) else "defi.unknown"), who

    @invariant()
    def lists_hold_it_once_it_is_public_and_only_then(self) -> None:
        nothing = dict.fromkeys(("id", "commune", "departement", "theme", "stage", "kind", "state", "origin"))
        with self.database.transaction() as session:
            found = list_defis(session, nothing | {"state": self.state}, "newest", None, 100).items
            assert (self.id in [item["id"] for item in found]) == (self.state in PUBLIC)

    @invariant()
    def every_change_is_kept_and_told_once_in_order(self) -> None:
        with self.database.transaction() as session:
            kept = session.scalar(
                text("SELECT count(*) FROM timeline_entry WHERE defi_id = :id"), {"id": self.id}
            )
            types = session.scalars(
                text("SELECT type FROM outbox WHERE subject = :id ORDER BY position"), {"id": str(self.id)}
            )
            assert [type.split(".")[2] for type in types] == self.told
        assert kept == self.entries


def test_a_defi_behaves_as_its_model(database: Database) -> None:
    class BoundLife(Life):
        pass

    BoundLife.database = database
    run_state_machine_as_test(
        BoundLife,
        settings=settings(max_examples=50, stateful_step_count=12),
    )


def test_stages_follow_one_another_and_end() -> None:
    from services.defis.challenges.rules import next_stage

    assert [next_stage(stage) for stage in Stage] == [Stage.CREACTION, Stage.ACTIVACTION, None]
