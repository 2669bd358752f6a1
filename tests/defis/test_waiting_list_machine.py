"""Places of a meeting: whatever people and the group do, compared with a model of the waiting list."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.errors import Conflict
from services.defis.meetings import commands, registrations
from services.defis.meetings.queries import show_registration
from services.defis.privacy.commands import erase_subject
from tests.defis.people import account, meet, publish

PEOPLE = [f"person {n}" for n in range(7)]


class Places(RuleBasedStateMachine):
    """One meeting; the model is the list of who asked, in order, and how many have a place."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.porteur = account()
        self.defi: UUID = publish(self.database, self.porteur)
        self.meeting: UUID = meet(self.database, self.defi, self.porteur, capacity=2)
        self.people = {name: account() for name in PEOPLE}
        self.now = datetime.now(UTC)
        self.capacity: int | None = 2
        self.seated: list[str] = []
        self.waiting: list[str] = []
        self.told: list[str] = []

    def run(self, command: Any, *values: Any) -> None:
        self.now += timedelta(seconds=1)
        with self.database.transaction() as session:
            command(session, *values, self.now)

    def promote(self) -> None:
        while self.waiting and (self.capacity is None or len(self.seated) < self.capacity):
            self.told.append(self.waiting[0])
            self.seated.append(self.waiting.pop(0))

    @rule(who=st.sampled_from(PEOPLE))
    def somebody_asks(self, who: str) -> None:
        self.run(registrations.register, self.defi, self.meeting, self.people[who], who)
        if who not in self.seated + self.waiting:
            full = self.capacity is not None and len(self.seated) >= self.capacity
            (self.waiting if full else self.seated).append(who)

    @rule(who=st.sampled_from(PEOPLE), erased=st.booleans())
    def somebody_withdraws(self, who: str, erased: bool) -> None:
        if erased:
            self.run(erase_subject, self.people[who].subject)
            self.people[who] = account()  # whoever comes back is somebody else
        else:
            self.run(registrations.withdraw, self.defi, self.meeting, self.people[who])
        for places in (self.seated, self.waiting):
            if who in places:
                places.remove(who)
        if erased:
            self.told = [one for one in self.told if one != who]
        self.promote()

    @rule(capacity=st.none() | st.integers(1, 6))
    def the_room_changes(self, capacity: int | None) -> None:
        outcome = "done"
        try:
            self.run(commands.change, self.defi, self.meeting, self.porteur, {"capacity": capacity})
        except Conflict as conflict:
            outcome = conflict.code
        too_small = capacity is not None and capacity < len(self.seated)
        assert outcome == ("meeting.capacity" if too_small else "done")
        if too_small:
            return
        self.capacity = capacity
        self.promote()

    @invariant()
    def places_are_those_of_the_model(self) -> None:
        with self.database.transaction() as session:
            rows = session.execute(
                text("SELECT name, state FROM registration WHERE meeting_id = :id ORDER BY asked_at, id"),
                {"id": self.meeting},
            ).all()
        assert {row.name for row in rows if row.state == "registered"} == set(self.seated)
        assert [row.name for row in rows if row.state == "waiting"] == self.waiting
        assert self.capacity is None or len(self.seated) <= self.capacity

    @invariant()
    def ranks_count_who_asked_before(self) -> None:
        with self.database.transaction() as session:
            ranks = [
                show_registration(session, self.defi, self.meeting, self.people[who])["rank"]
                for who in self.waiting
            ]
        assert ranks == list(range(1, len(self.waiting) + 1))

    @invariant()
    def whoever_moves_up_is_told_once(self) -> None:
        by_subject = {str(person.subject): name for name, person in self.people.items()}
        with self.database.transaction() as session:
            rows = session.scalars(
                text(
                    "SELECT subject FROM outbox WHERE envelope::jsonb #>> '{data,kind}' = 'defi.meeting_place_freed'"
                    " AND envelope::jsonb #>> '{data,facts,meeting}' = :id"
                ),
                {"id": str(self.meeting)},
            )
            assert sorted(by_subject[row] for row in rows) == sorted(self.told)


def test_places_behave_as_their_model(database: Database) -> None:
    class BoundPlaces(Places):
        pass

    BoundPlaces.database = database
    run_state_machine_as_test(
        BoundPlaces,
        settings=settings(max_examples=30, stateful_step_count=25),
    )
