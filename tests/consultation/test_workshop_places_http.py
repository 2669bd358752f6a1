"""Places of workshops: given in the order of asking, to one person once, however many ask together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import func, select, text

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from libs.contracts.envelope import Envelope
from libs.contracts.notices import ConsultationNotice
from services.consultation.workshops.commands import forget_places, register, resize, withdraw
from services.consultation.workshops.models import WorkshopPlace
from services.consultation.workshops.queries import get_workshop
from tests.consultation.at_once import together
from tests.consultation.hall import ROUNDS, Hall


def test_who_finds_no_place_waits_and_moves_up_in_the_order_of_asking(hall: Hall) -> None:
    workshop = hall.convene()
    came = [hall.come(workshop) for _ in range(4)]
    assert [(got["state"], got["rank"]) for _, got in came] == [
        ("registered", None),
        ("registered", None),
        ("waiting", 1),
        ("waiting", 2),
    ]
    hall.ask("DELETE", f"{workshop}/place", came[0][0], expected=204)
    assert hall.ask("GET", f"{workshop}/place", came[2][0])["state"] == "registered"
    last = hall.ask("GET", f"{workshop}/place", came[3][0])
    assert (last["state"], last["rank"]) == ("waiting", 1)
    hall.ask("GET", f"{workshop}/place", came[0][0], expected=404)
    shown = hall.ask("GET", workshop, {})
    assert (shown["registered"], shown["waiting"]) == (2, 1)


def test_asking_again_keeps_the_place_and_the_rank(hall: Hall) -> None:
    workshop = hall.convene(capacity=1)
    hall.come(workshop)
    second, got = hall.come(workshop)
    hall.come(workshop)
    assert hall.ask("PUT", f"{workshop}/place", second) == got
    hall.ask("DELETE", f"{workshop}/place", hall.tokens.account(), expected=204)
    assert hall.ask("GET", workshop, {})["waiting"] == 2


def test_a_larger_room_lets_in_who_waits_and_none_shrinks_under_people(hall: Hall) -> None:
    workshop = hall.convene(capacity=1)
    came = [hall.come(workshop)[0] for _ in range(4)]
    shown = hall.ask("PUT", f"{workshop}/capacity", hall.coordinator, {"capacity": 3})
    assert (shown["registered"], shown["waiting"]) == (3, 1)
    refusal = hall.ask("PUT", f"{workshop}/capacity", hall.coordinator, {"capacity": 2}, 409)
    assert refusal["code"] == "workshop.capacity"
    hall.ask("PUT", f"{workshop}/capacity", hall.coordinator, {"capacity": None})
    assert hall.ask("GET", f"{workshop}/place", came[3])["state"] == "registered"


def test_places_are_never_given_twice_however_many_ask_at_once(hall: Hall) -> None:
    for _ in range(ROUNDS):
        workshop = UUID(hall.convene(capacity=3).rpartition("/")[2])

        def ask(workshop: UUID = workshop) -> None:
            with hall.database.transaction() as session:
                register(session, workshop, uuid7(), datetime.now(UTC))

        for future in together(*[ask] * 8):
            future.result()
        assert places(hall.database, workshop) == {"registered": 3, "waiting": 5}


def test_one_account_that_asks_from_several_tabs_at_once_has_one_place(hall: Hall) -> None:
    workshop, subject = UUID(hall.convene().rpartition("/")[2]), uuid7()

    def ask() -> None:
        with hall.database.transaction() as session:
            register(session, workshop, subject, datetime.now(UTC))

    for future in together(*[ask] * 6):
        future.result()
    assert places(hall.database, workshop) == {"registered": 1}


def test_no_place_is_lost_or_doubled_while_people_come_leave_and_the_room_changes(hall: Hall) -> None:
    for _ in range(ROUNDS):
        workshop = UUID(hall.convene(capacity=2).rpartition("/")[2])
        first = [uuid7() for _ in range(4)]
        for subject in first:
            with hall.database.transaction() as session:
                register(session, workshop, subject, datetime.now(UTC))

        def leave(subject: UUID, workshop: UUID = workshop) -> None:
            with hall.database.transaction() as session:
                withdraw(session, workshop, subject, datetime.now(UTC))

        def come(workshop: UUID = workshop) -> None:
            with hall.database.transaction() as session:
                register(session, workshop, uuid7(), datetime.now(UTC))

        def grow(workshop: UUID = workshop) -> None:
            with hall.database.transaction() as session:
                resize(session, get_workshop(session, workshop, lock=True), 3)

        done = together(partial(leave, first[0]), partial(leave, first[2]), come, come, grow)
        for future in done:
            future.result()
        assert places(hall.database, workshop) == {"registered": 3, "waiting": 1}


def test_who_moves_up_and_who_loses_their_workshop_are_told_and_nobody_else(hall: Hall) -> None:
    workshop, tokens = hall.convene(capacity=1), hall.tokens
    first, second, third = uuid7(), uuid7(), uuid7()
    for subject in (first, second, third):
        hall.ask("PUT", f"{workshop}/place", tokens.account(subject=subject))
    assert notices(hall.database) == []
    hall.ask("DELETE", f"{workshop}/place", tokens.account(subject=first), expected=204)
    assert notices(hall.database) == [("workshop.place_freed", second)]
    hall.ask("POST", f"{workshop}/cancellation", hall.coordinator)
    assert set(notices(hall.database)[1:]) == {("workshop.cancelled", second), ("workshop.cancelled", third)}


def test_who_wanted_to_come_is_forgotten_a_month_after_and_not_before(hall: Hall) -> None:
    recent, old = hall.convene(), hall.convene()
    for workshop, ago in ((recent, timedelta(days=29)), (old, timedelta(days=31))):
        hall.come(workshop)
        hall.begin(workshop, ago)
    with hall.database.transaction() as session:
        forget_places(session, datetime.now(UTC))
    assert hall.ask("GET", recent, {})["registered"] == 1
    assert hall.ask("GET", old, {})["registered"] == 0


def notices(database: Database) -> list[tuple[str, UUID]]:
    """What was told to whom, in order."""
    with database.transaction() as session:
        messages = session.scalars(text("SELECT envelope FROM outbox ORDER BY position")).all()
    told = [ConsultationNotice.load(Envelope.from_json(message).data) for message in messages]
    assert all(notice.title == "Des arbres, mais où ?" and "starts_at" in notice.facts for notice in told)
    return [(notice.kind, notice.recipient) for notice in told]


def places(database: Database, workshop: UUID) -> dict[str, int]:
    query = (
        select(WorkshopPlace.state, func.count())
        .where(WorkshopPlace.workshop_id == workshop)
        .group_by(WorkshopPlace.state)
    )
    with database.transaction() as session:
        return dict(session.execute(query).all())
