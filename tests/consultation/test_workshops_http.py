"""Workshops over HTTP: convened, come to, waited for, reported."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from libs.contracts.envelope import Envelope
from libs.contracts.notices import ConsultationNotice
from services.consultation.causes.models import Cause
from services.consultation.proposals.models import Proposal
from services.consultation.workshops.commands import forget_places, register, resize, withdraw
from services.consultation.workshops.models import Workshop, WorkshopPlace
from services.consultation.workshops.queries import get_workshop
from tests.consultation.conftest import MakeProposal, Tokens

V1 = "/api/consultation/v1"
VISIO = "https://visio.example/atelier"
ROUNDS = 5


def soon(**changes: Any) -> dict[str, Any]:
    starts = datetime.now(UTC) + timedelta(days=3)
    return {
        "title": {"fr": "Des arbres, mais où ?"},
        "agenda": {"fr": "Constats, puis propositions."},
        "facilitator": "Atelier du Rhône",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=2)).isoformat(),
        "place": "Salle des fêtes",
        "online_url": VISIO,
        "capacity": 2,
    } | changes


class Hall:
    """The cause's coordinator, its workshops, and people who come, over HTTP."""

    def __init__(
        self, client: FlaskClient, tokens: Tokens, cause: Cause, database: Database, proposal: UUID
    ) -> None:
        self.client, self.tokens, self.database, self.proposal = client, tokens, database, proposal
        self.coordinator = tokens.account(("coordinator", f"cause:{cause.id}"))
        self.workshops = f"{V1}/causes/{cause.slug}/workshops"

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: Any = None, expected: int = 200
    ) -> dict[str, Any]:
        """Send a request, and return what was answered."""
        answer = self.client.open(path, method=method, json=body, headers=headers)
        assert answer.status_code == expected, answer.json
        return dict(answer.get_json() or {}) if answer.data else {}

    def convene(self, **changes: Any) -> str:
        """Convene a workshop of two places; returns its address."""
        body = soon(proposals=[str(self.proposal)]) | changes
        return f"{V1}/workshops/{self.ask('POST', self.workshops, self.coordinator, body, 201)['id']}"

    def come(self, workshop: str) -> tuple[dict[str, str], dict[str, Any]]:
        """Somebody new asks for a place; returns their headers and what they got."""
        headers = self.tokens.account()
        return headers, self.ask("PUT", f"{workshop}/place", headers)

    def begin(self, workshop: str, ago: timedelta = timedelta(hours=1)) -> None:
        """Time passes: the workshop began `ago`."""
        with self.database.transaction() as session:
            row = session.get_one(Workshop, UUID(workshop.rpartition("/")[2]))
            row.starts_at = datetime.now(UTC) - ago
            row.ends_at = row.starts_at + timedelta(hours=2)


@pytest.fixture
def hall(
    client: FlaskClient, tokens: Tokens, cause: Cause, database: Database, make_proposal: MakeProposal
) -> Hall:
    return Hall(client, tokens, cause, database, make_proposal())


def test_a_workshop_is_convened_on_proposals_and_read_by_anyone(hall: Hall) -> None:
    workshop = hall.convene()
    shown = hall.ask("GET", workshop, {})
    assert (shown["state"], shown["cause"], shown["capacity"]) == ("scheduled", "territoires", 2)
    assert (shown["proposals"], shown["facilitator"]) == ([str(hall.proposal)], "Atelier du Rhône")
    assert (shown["registered"], shown["waiting"], shown["mine"], shown["minutes"]) == (0, 0, None, None)
    assert hall.ask("GET", hall.workshops, {})["items"] == [shown]


def test_workshops_come_in_pages_the_latest_first(hall: Hall) -> None:
    made = [hall.convene().rpartition("/")[2] for _ in range(3)]
    first = hall.ask("GET", f"{hall.workshops}?limit=2", {})
    rest = hall.ask("GET", f"{hall.workshops}?limit=2&cursor={first['next']}", {})
    assert [item["id"] for item in first["items"] + rest["items"]] == made[::-1]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"proposals": []}, "request.invalid"),
        ({"proposals": [str(uuid7())]}, "proposals.foreign"),
        ({"starts_at": "2020-01-01T10:00:00Z"}, "workshop.invalid"),
        ({"place": None, "online_url": None}, "workshop.invalid"),
        ({"capacity": 0}, "request.invalid"),
        ({"online_url": "javascript:alert(1)"}, "request.invalid"),
        ({"title": {"en": "Trees"}}, "request.invalid"),
    ],
)
def test_what_is_no_workshop_is_refused(hall: Hall, changes: dict[str, Any], code: str) -> None:
    body = soon(proposals=[str(hall.proposal)]) | changes
    assert hall.ask("POST", hall.workshops, hall.coordinator, body, 422)["code"] == code


def test_a_proposal_refused_after_all_is_no_longer_shown(hall: Hall) -> None:
    workshop = hall.convene()
    with hall.database.transaction() as session:
        row = session.get_one(Proposal, hall.proposal)
        row.state, row.reason = "refused", "rude"
    assert hall.ask("GET", workshop, {})["proposals"] == []


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


def test_the_online_address_is_for_those_who_have_a_place_and_who_coordinates(hall: Hall) -> None:
    workshop = hall.convene(capacity=1)
    inside, _ = hall.come(workshop)
    waiting, _ = hall.come(workshop)
    outside: tuple[dict[str, str], ...] = (waiting, hall.tokens.account(), hall.tokens.visitor(), {})
    for headers in outside:
        shown = hall.ask("GET", workshop, headers)
        assert (shown["online"], shown["online_url"]) == (True, None)
        assert hall.ask("GET", hall.workshops, headers)["items"][0]["online_url"] is None
    for headers in (inside, hall.coordinator):
        assert hall.ask("GET", workshop, headers)["online_url"] == VISIO
    assert hall.ask("GET", workshop, waiting)["mine"] == "waiting"


def test_a_workshop_reported_shows_its_minutes_and_the_drafts_that_came_out_of_it(hall: Hall) -> None:
    workshop = hall.convene()
    draft = {
        "title": {"fr": "Un verger"},
        "description": {"fr": "Dans chaque école."},
        "proposals": [str(hall.proposal)],
    }
    said = {"minutes": "On a parlé d’arbres.", "attendance": 12, "drafts": [draft]}
    early = hall.ask("POST", f"{workshop}/report", hall.coordinator, said, 409)
    assert early["code"] == "workshop.to_come"
    hall.begin(workshop)
    foreign = said | {"drafts": [draft, draft | {"proposals": [str(uuid7())]}]}
    refusal = hall.ask("POST", f"{workshop}/report", hall.coordinator, foreign, 422)
    assert refusal["errors"][0]["field"] == "drafts.1.proposals"
    shown = hall.ask("POST", f"{workshop}/report", hall.coordinator, said)
    assert (shown["state"], shown["minutes"], shown["attendance"]) == ("held", "On a parlé d’arbres.", 12)
    (action,) = shown["actions"]
    made = hall.ask("GET", f"{V1}/actions/{action}", {})
    assert (made["status"], made["owner"], made["proposals"]) == ("draft", None, [str(hall.proposal)])
    again = hall.ask("POST", f"{workshop}/report", hall.coordinator, said, 409)
    assert again["code"] == "workshop.held"
    assert hall.ask("GET", workshop, {})["actions"] == [action]


def test_nobody_comes_to_what_is_over_or_cancelled(hall: Hall) -> None:
    over, cancelled = hall.convene(), hall.convene()
    hall.begin(over, timedelta(hours=3))
    assert hall.ask("POST", f"{cancelled}/cancellation", hall.coordinator)["state"] == "cancelled"
    hall.ask("POST", f"{cancelled}/cancellation", hall.coordinator, expected=409)
    for workshop, code in ((over, "workshop.over"), (cancelled, "workshop.cancelled")):
        for method in ("PUT", "DELETE"):
            refusal = hall.ask(method, f"{workshop}/place", hall.tokens.account(), expected=409)
            assert refusal["code"] == code


def test_strangers_convene_change_and_report_nothing(hall: Hall, cause: Cause) -> None:
    workshop = hall.convene()
    hall.begin(workshop)
    before = hall.ask("GET", workshop, {})
    writes: list[tuple[str, str, Any]] = [
        ("POST", hall.workshops, soon(proposals=[str(hall.proposal)])),
        ("PUT", f"{workshop}/capacity", {"capacity": 9}),
        ("POST", f"{workshop}/cancellation", None),
        ("POST", f"{workshop}/report", {"minutes": "Rien.", "attendance": 1}),
    ]
    tokens = hall.tokens
    strangers: list[tuple[dict[str, str], int]] = [
        ({}, 401),
        (tokens.visitor(), 403),
        (tokens.account(), 403),
        (tokens.account(("coordinator", f"cause:{uuid7()}")), 403),
        (tokens.account(("moderator", "coalition"), ("ebv", f"cause:{cause.id}")), 403),
    ]
    for method, path, body in writes:
        for headers, expected in strangers:
            hall.ask(method, path, headers, body, expected)
    for method in ("GET", "PUT", "DELETE"):
        for headers, expected in strangers[:2]:
            hall.ask(method, f"{workshop}/place", headers, None, expected)
    assert hall.ask("GET", workshop, {}) == before
    assert len(hall.ask("GET", hall.workshops, {})["items"]) == 1


def test_what_is_not_there_is_not_found(hall: Hall) -> None:
    nothing = f"{V1}/workshops/{uuid7()}"
    hall.ask("GET", nothing, {}, expected=404)
    hall.ask("PUT", f"{nothing}/place", hall.tokens.account(), expected=404)
    hall.ask("POST", f"{nothing}/cancellation", hall.coordinator, expected=404)
    hall.ask("GET", f"{V1}/causes/inconnue/workshops", {}, expected=404)


def together(works: list[Callable[[], Any]]) -> list[Future[Any]]:
    """Start all works at the same moment, each in a thread; return when all have ended."""
    start = Barrier(len(works))

    def begin(work: Callable[[], Any]) -> Any:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return [threads.submit(begin, work) for work in works]


def test_places_are_never_given_twice_however_many_ask_at_once(hall: Hall) -> None:
    for _ in range(ROUNDS):
        workshop = UUID(hall.convene(capacity=3).rpartition("/")[2])

        def ask(workshop: UUID = workshop) -> None:
            with hall.database.transaction() as session:
                register(session, workshop, uuid7(), datetime.now(UTC))

        for future in together([ask] * 8):
            future.result()
        assert places(hall.database, workshop) == {"registered": 3, "waiting": 5}


def test_one_account_that_asks_from_several_tabs_at_once_has_one_place(hall: Hall) -> None:
    workshop, subject = UUID(hall.convene().rpartition("/")[2]), uuid7()

    def ask() -> None:
        with hall.database.transaction() as session:
            register(session, workshop, subject, datetime.now(UTC))

    for future in together([ask] * 6):
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

        done = together([partial(leave, first[0]), partial(leave, first[2]), come, come, grow])
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
