"""Meetings over HTTP: announcing, changing, coming, waiting, reporting, calendars, arguments."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from libs.chassis.db import Database
from services.defis.meetings.commands import remind
from tests.defis.conftest import BASE, Api, Person

Told = Callable[[Person], list[str]]
SOON = datetime.now(UTC) + timedelta(days=7)


def at(hours: float) -> str:
    return (SOON + timedelta(hours=hours)).isoformat()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": "2020-01-01T10:00:00Z"}, "starts_at"),
        ({"starts_at": at(0), "ends_at": at(0)}, "ends_at"),
        ({"starts_at": at(0), "ends_at": at(73)}, "ends_at"),
        ({"starts_at": "2027-01-01T10:00:00"}, "starts_at"),
        ({"place": None}, "place"),
        ({"online_url": "http://visio.example/x"}, "online_url"),
        ({"online_url": "javascript:alert(1)"}, "online_url"),
        ({"online_url": "https://moi:secret@visio.example/"}, "online_url"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": "12"}, "capacity"),
        ({"kind": "fête"}, "kind"),
        ({"accessibility": ["lift"]}, "accessibility.0"),
        ({"title": ""}, "title"),
    ],
)
def test_a_meeting_that_does_not_hold_together_is_refused_by_field(
    defi: Api, anne: Person, changes: dict[str, Any], field: str
) -> None:
    given = {"kind": "debate", "title": "?", "starts_at": at(0), "ends_at": at(2), "place": "Ici"} | changes
    refused = defi.post("/meetings", anne, 422, **given)
    assert [error["field"] for error in refused["errors"]] == [field]
    assert defi.get("/meetings")["items"] == []


def test_the_defis_people_are_told_of_a_meeting_and_it_is_the_next_date(
    defi: Api, anne: Person, bruno: Person, told: Told
) -> None:
    defi.join(bruno, anne)
    meeting = defi.meet(anne, accessibility=["step_free"], capacity=20)
    assert told(bruno)[-1] == "defi.meeting_scheduled"
    assert told(anne)[-1] != "defi.meeting_scheduled"
    assert defi.get()["figures"]["next_meeting"]["id"] == meeting
    assert defi.get(f"/meetings/{meeting}")["accessibility"] == ["step_free"]


def test_the_online_address_is_for_the_group_and_for_who_has_a_place(
    defi: Api, anne: Person, bruno: Person, chloe: Person
) -> None:
    address = "https://visio.example/salle"
    meeting = defi.meet(anne, online_url=address, capacity=1)
    for who in (bruno, chloe):
        defi.put(f"/meetings/{meeting}/registration", who)

    def seen(who: Person | None) -> tuple[bool, str | None]:
        shown = defi.get(f"/meetings/{meeting}", who)
        listed = defi.get("/meetings", who)["items"][0]
        assert shown == listed
        return shown["online"], shown["online_url"]

    assert seen(anne) == seen(bruno) == (True, address)
    assert seen(chloe) == seen(None) == (True, None)


def test_a_place_that_is_freed_goes_to_the_first_who_waits_who_is_told(
    defi: Api, anne: Person, bruno: Person, chloe: Person, tokens: Any, told: Told
) -> None:
    meeting, last = defi.meet(anne, capacity=1), tokens.account()
    place = f"/meetings/{meeting}/registration"
    places = [defi.put(place, who, name="Zoé") for who in (bruno, chloe, last)]
    assert [(one["state"], one["rank"]) for one in places] == [
        ("registered", None),
        ("waiting", 1),
        ("waiting", 2),
    ]
    assert defi.put(place, last)["rank"] == 2
    defi.delete(place, bruno)
    assert (told(chloe), told(last)) == (["defi.meeting_place_freed"], [])
    assert defi.get(place, chloe)["state"] == "registered"
    assert defi.get(place, last)["rank"] == 1
    defi.get(place, bruno, 404)
    shown = defi.get(f"/meetings/{meeting}", last)
    assert (shown["registered"], shown["waiting"], shown["mine"]) == (1, 1, "waiting")
    listed = defi.get(f"/meetings/{meeting}/registrations", anne)["items"]
    assert [(one["name"], one["state"]) for one in listed] == [("Zoé", "registered"), (None, "waiting")]


def test_a_room_grows_and_never_shrinks_under_those_who_come(
    defi: Api, anne: Person, bruno: Person, chloe: Person, told: Told
) -> None:
    meeting = defi.meet(anne, capacity=1)
    for who in (bruno, chloe):
        defi.put(f"/meetings/{meeting}/registration", who)
    assert defi.patch(f"/meetings/{meeting}", anne, capacity=2)["registered"] == 2
    assert told(chloe) == ["defi.meeting_place_freed"]
    refused = defi.patch(f"/meetings/{meeting}", anne, 409, capacity=1)
    assert refused["errors"] == [{"field": "capacity", "detail": "Au moins 2."}]


def test_whoever_comes_is_told_of_another_date_and_not_of_another_agenda(
    defi: Api, anne: Person, bruno: Person, told: Told
) -> None:
    meeting = defi.meet(anne)
    defi.put(f"/meetings/{meeting}/registration", bruno)
    defi.patch(f"/meetings/{meeting}", anne, agenda="Autre chose")
    assert told(bruno) == []
    defi.patch(f"/meetings/{meeting}", anne, starts_at=at(30), ends_at=at(31))
    defi.post(f"/meetings/{meeting}/cancellation", anne, reason="Neige")
    assert told(bruno) == ["defi.meeting_changed", "defi.meeting_cancelled"]
    assert defi.put(f"/meetings/{meeting}/registration", bruno, 409)["code"] == "meeting.cancelled"
    assert defi.patch(f"/meetings/{meeting}", anne, 409, agenda="?")["code"] == "meeting.cancelled"


def test_a_meeting_is_reported_once_it_began_and_a_report_is_corrected(
    defi: Api, anne: Person, hold: Callable[[str], None]
) -> None:
    meeting = defi.meet(anne)
    report = {"minutes": "Nous étions douze.\nTout a été dit.", "attendance": 12}
    assert defi.put(f"/meetings/{meeting}/report", anne, 409, **report)["code"] == "meeting.to_come"
    hold(meeting)
    assert defi.put(f"/meetings/{meeting}/report", anne, **report)["state"] == "held"
    assert defi.put(f"/meetings/{meeting}/report", anne, **report | {"attendance": 13})["attendance"] == 13
    defi.put(f"/meetings/{meeting}/report", anne, 422, minutes="", attendance=-1)


def test_arguments_are_given_without_a_name_until_the_debate_is_reported(
    defi: Api, anne: Person, bruno: Person, chloe: Person, hold: Callable[[str], None]
) -> None:
    debate, gathering = defi.meet(anne), defi.meet(anne, kind="gathering")
    path = f"/meetings/{debate}/arguments"
    own = defi.post(path, bruno, 201, side="for", text="On s’y retrouvera.")
    defi.post(path, chloe, 201, side="against", text="Le bruit.")
    assert (
        defi.post(f"/meetings/{gathering}/arguments", bruno, 409, side="for", text="?")["code"]
        == "debate.none"
    )
    assert [(one["side"], one["own"]) for one in defi.get(path, bruno)["items"]] == [
        ("for", True),
        ("against", False),
    ]
    assert len(defi.get(f"{path}?side=against")["items"]) == 1
    assert str(bruno.subject) not in repr(defi.get(path, anne))
    defi.delete(f"{path}/{own['id']}", chloe, 403)
    defi.delete(f"{path}/{own['id']}", bruno)
    hold(debate)
    defi.put(f"/meetings/{debate}/report", anne, minutes="Dit.", attendance=2)
    assert defi.post(path, bruno, 409, side="for", text="Trop tard")["code"] == "debate.closed"
    assert [one["text"] for one in defi.get(path)["items"]] == ["Le bruit."]


def test_a_calendar_holds_what_is_public_escaped_and_folded(defi: Api, anne: Person) -> None:
    title = "Un café, oui ; mais où ?" + " Écoutons-nous" * 8
    meeting = defi.meet(anne, title=title, agenda="Un\nDeux, trois", online_url="https://visio.example/s")
    defi.post(f"/meetings/{defi.meet(anne, kind='gathering')}/cancellation", anne)
    answer = defi.client.get(f"{BASE}/defis/{defi.id}/calendar.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    raw = answer.data
    assert raw.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    lines = raw.decode().replace("\r\n ", "").split("\r\n")
    assert f"UID:{meeting}@maillage.example" in lines
    assert f"SUMMARY:{title.replace(',', chr(92) + ',').replace(';', chr(92) + ';')}" in lines
    assert "DESCRIPTION:Un\\nDeux\\, trois" in lines
    assert f"URL:https://maillage.example/defis/op1/{defi.id}" in lines
    assert [line for line in lines if line.startswith("STATUS")] == ["STATUS:CONFIRMED", "STATUS:CANCELLED"]
    assert "visio" not in raw.decode()
    one = defi.client.get(f"{BASE}/defis/{defi.id}/meetings/{meeting}/calendar.ics").data.decode()
    assert one.count("BEGIN:VEVENT") == 1


def test_those_who_come_are_reminded_once_a_day_before(
    defi: Api, anne: Person, bruno: Person, chloe: Person, database: Database, told: Told
) -> None:
    meeting = defi.meet(anne, capacity=1)
    for who in (bruno, chloe):
        defi.put(f"/meetings/{meeting}/registration", who)
    with database.transaction() as session:
        starts_at = session.scalar(text("SELECT starts_at FROM meeting"))
    for before in (timedelta(hours=25), timedelta(hours=23), timedelta(hours=22), timedelta(0)):
        with database.transaction() as session:
            remind(session, starts_at - before)
    assert (told(bruno), told(chloe)) == (["defi.meeting_reminder"], [])


def test_a_defi_that_ends_cancels_its_dates_and_tells_whoever_counted_on_it(
    defi: Api,
    anne: Person,
    bruno: Person,
    chloe: Person,
    tokens: Any,
    hold: Callable[[str], None],
    told: Told,
) -> None:
    giver, comer = tokens.account(), tokens.account()
    past, coming = defi.meet(anne), defi.meet(anne)
    hold(past)
    defi.put(f"/meetings/{coming}/registration", comer)
    defi.join(bruno, anne)
    defi.post("/membership", chloe, 201, name="Chloé")
    defi.pledge(giver)
    defi.post("/state", anne, action="abandon")
    assert [told(who)[-1] for who in (bruno, chloe, giver)] == ["defi.state_changed"] * 3
    assert told(comer) == ["defi.meeting_cancelled"]
    assert told(anne)[-1] != "defi.state_changed"
    assert defi.get(f"/meetings/{coming}")["state"] == "cancelled"
    assert defi.get(f"/meetings/{past}")["state"] == "scheduled"
    assert defi.put(f"/meetings/{past}/report", anne, minutes="Dit.", attendance=4)["state"] == "held"


def test_nobody_takes_a_place_while_a_defi_is_paused(defi: Api, anne: Person, bruno: Person) -> None:
    meeting = defi.meet(anne)
    defi.post("/state", anne, action="pause")
    assert defi.put(f"/meetings/{meeting}/registration", bruno, 409)["code"] == "defi.paused"
    defi.post("/state", anne, action="resume")
    assert defi.put(f"/meetings/{meeting}/registration", bruno)["state"] == "registered"
