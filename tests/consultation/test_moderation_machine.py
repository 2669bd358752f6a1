"""Whatever authors and moderators do, in whatever order: compared with a model of the queue, step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.errors import Conflict, Forbidden
from libs.chassis.ids import uuid7
from libs.chassis.tokens import Grant, Principal
from services.consultation.consultations.models import Consultation
from services.consultation.moderation.commands import decide, take_next
from services.consultation.moderation.rules import HELD_FOR, Decision, Reason
from services.consultation.proposals.commands import submit
from services.consultation.proposals.models import Proposal

# Two moderators are authors as well, so that conflicts of interest come up.
PEOPLE = [Principal(uuid7(), "account", frozenset({Grant("moderator", "coalition")})) for _ in range(4)]
AUTHORS = [*(person.subject for person in PEOPLE[:2]), uuid7()]
MODERATORS = PEOPLE
AFTER = {Decision.ACCEPT: "accepted", Decision.REFUSE: "refused", Decision.POSTPONE: "postponed"}
ALLOWED = {
    "pending": {Decision.ACCEPT, Decision.REFUSE, Decision.POSTPONE},
    "postponed": {Decision.ACCEPT, Decision.REFUSE},
    "accepted": {Decision.REFUSE},
    "refused": set[Decision](),
}


@dataclass
class Waiting:
    """What the model knows of a proposal."""

    id: UUID
    author: UUID
    state: str = "pending"
    holder: UUID | None = None
    until: datetime = datetime.min.replace(tzinfo=UTC)


class Queue(RuleBasedStateMachine):
    """Authors submit, moderators take and decide, time passes."""

    database: Database
    make_consultation: Callable[..., Consultation]

    def __init__(self) -> None:
        super().__init__()
        # The same authors propose in every example, at the same hours: each example starts with its own allowance.
        with self.database.transaction() as session:
            session.execute(text("DELETE FROM limit_counter"))
        self.consultation = self.make_consultation(
            slug=f"file-{uuid7()}", closes_at=datetime.now(UTC) + timedelta(days=60)
        )
        self.now = datetime.now(UTC)
        self.model: list[Waiting] = []
        self.told: list[tuple[str, str]] = []

    def held(self, one: Waiting) -> bool:
        return one.holder is not None and self.now < one.until

    @rule(author=st.sampled_from(AUTHORS), seconds=st.integers(1, 20 * 60))
    def somebody_proposes(self, author: UUID, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        with self.database.transaction() as session:
            proposal = submit(
                session,
                self.consultation,
                author=author,
                text=f"Il faut planter {len(self.model)} arbres",
                language=None,
                # Submitted in order, whatever the clock of the test says about opening hours.
                now=self.consultation.opens_at
                + timedelta(seconds=len(self.model), hours=2 * len(self.model)),
            )
        self.model.append(Waiting(proposal.id, author))
        self.told.append((str(proposal.id), "submitted"))

    @rule(minutes=st.integers(1, 16))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(who=st.sampled_from(MODERATORS))
    def a_moderator_takes_the_next(self, who: Principal) -> None:
        with self.database.transaction() as session:
            taken = take_next(session, self.consultation, who.subject, self.now)
            found = taken and taken.id
        expected = self._next_of(who.subject)
        assert found == (expected and expected.id)
        if expected:
            expected.holder, expected.until = who.subject, self.now + HELD_FOR

    def _next_of(self, who: UUID) -> Waiting | None:
        pending = [one for one in self.model if one.state == "pending"]
        for one in pending:
            if self.held(one) and one.holder == who:
                return one
        busy = {one.author for one in pending if self.held(one)}
        free = (one for one in pending if one.author != who and one.author not in busy)
        return next(free, None)

    @rule(who=st.sampled_from(MODERATORS), which=st.integers(0, 5), decision=st.sampled_from(list(Decision)))
    def a_moderator_decides(self, who: Principal, which: int, decision: Decision) -> None:
        if not self.model:
            return
        one = self.model[which % len(self.model)]
        reason = Reason.OTHER if decision is Decision.REFUSE else None
        outcome = "done"
        try:
            with self.database.transaction() as session:
                decide(session, one.id, who, decision, reason=reason, note=None, now=self.now)
        except (Conflict, Forbidden) as refusal:
            outcome = refusal.code
        assert outcome == self._expected(one, who.subject, decision)
        if outcome == "done":
            one.state, one.holder = AFTER[decision], None
            self.told.append((str(one.id), one.state))

    def _expected(self, one: Waiting, who: UUID, decision: Decision) -> str:
        if one.author == who:
            return "moderation.own_proposal"
        if self.held(one) and one.holder != who:
            return "moderation.held"
        return "done" if decision in ALLOWED[one.state] else f"moderation.{one.state}"

    @invariant()
    def states_are_those_of_the_model(self) -> None:
        with self.database.transaction() as session:
            rows = session.query(Proposal).filter_by(consultation_id=self.consultation.id)
            assert {row.id: row.state for row in rows} == {one.id: one.state for one in self.model}

    @invariant()
    def no_two_moderators_read_one_author(self) -> None:
        with self.database.transaction() as session:
            held = session.execute(
                text(
                    "SELECT author_subject, count(DISTINCT locked_by) FROM proposal"
                    " WHERE consultation_id = :id AND locked_until > :now GROUP BY author_subject"
                ),
                {"id": self.consultation.id, "now": self.now},
            )
            assert all(row.count == 1 for row in held)

    @invariant()
    def every_change_is_told_once_in_order(self) -> None:
        with self.database.transaction() as session:
            rows = session.execute(
                text(
                    "SELECT subject, type FROM outbox"
                    " WHERE envelope::jsonb -> 'data' ->> 'consultation_id' = :id ORDER BY position"
                ),
                {"id": str(self.consultation.id)},
            )
            told = [(row.subject, row.type.split(".")[2].removeprefix("proposal_")) for row in rows]
        assert told == self.told


def test_the_queue_behaves_as_its_model(
    database: Database, make_consultation: Callable[..., Consultation]
) -> None:
    class BoundQueue(Queue):
        pass

    BoundQueue.database = database
    BoundQueue.make_consultation = staticmethod(make_consultation)
    run_state_machine_as_test(
        BoundQueue,
        settings=settings(max_examples=60, stateful_step_count=25),
    )
