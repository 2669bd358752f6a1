"""Workshops over HTTP: convened, read, reported, cancelled, and by whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from libs.chassis.ids import uuid7
from services.consultation.causes.models import Cause
from services.consultation.proposals.models import Proposal
from tests.consultation.hall import V1, VISIO, Hall, soon


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
