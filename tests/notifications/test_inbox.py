"""Notices reach the person they are for, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from libs.chassis.ids import uuid4, uuid7
from libs.contracts.identity import ContactConfirmed, SubjectPaired
from libs.contracts.notices import DefisNotice
from services.notifications.inbox.commands import forget_old_notices
from tests.notifications.conftest import OPERATOR, Account, Notifications


def test_a_notice_of_an_operator_reaches_the_person_it_means(service: Notifications, ana: Account) -> None:
    service.notify(ana, "defi.gate_refused", facts={"reasons": ["report_too_thin"], "stage": "creaction"})
    (notice,) = service.inbox(ana)["items"]
    assert notice["title"] == "Café des voisins"
    assert notice["headline"] == "L’étape suivante doit attendre"
    assert notice["details"] == ["Le compte rendu du débat en dit trop peu."]
    assert notice["path"].startswith(f"/defis/{OPERATOR}/")
    assert notice["read_at"] is None


def test_a_notice_is_told_in_the_language_of_the_request(service: Notifications, ana: Account) -> None:
    service.notify(ana, "defi.meeting_reminder", facts={"starts_at": "2026-11-21T17:30:00+00:00"})
    french, english = (service.inbox(ana, language=code)["items"][0] for code in ("fr", "en"))
    assert french["details"] == ["Début\u00a0: samedi 21\u00a0novembre 2026 à 18\u00a0h\u00a030."]
    assert english["details"] == ["It begins on Saturday 21\u00a0November 2026 at 18:30."]


def test_somebody_else_sees_none_of_it(service: Notifications, ana: Account) -> None:
    service.notify(ana)
    other = service.person("bob@example.org")
    (notice,) = service.inbox(ana)["items"]
    assert service.inbox(other)["items"] == []
    assert service.call("GET", "/inbox/unread", who=other).json == {"unread": 0}
    assert service.call("PUT", f"/inbox/{notice['id']}/read", who=other).status_code == 404
    assert service.call("POST", "/inbox/read", {}, other).json == {"read": 0}
    assert service.call("GET", "/inbox/unread", who=ana).json == {"unread": 1}


def test_a_visitor_and_a_stranger_have_no_inbox(service: Notifications) -> None:
    assert service.call("GET", "/inbox").status_code == 401
    visitor = {"Authorization": f"Bearer {service.token(uuid4(), 'visitor')}"}
    for path in ("/inbox", "/inbox/unread", "/preferences", "/follows"):
        assert service.call("GET", path, headers=visitor).status_code == 403


def test_an_event_delivered_twice_makes_one_notice(service: Notifications, ana: Account) -> None:
    body = service.notify(ana)
    service.mailbox.receive([body, body])
    assert len(service.inbox(ana)["items"]) == 1


def test_a_notice_that_comes_before_its_person_waits_for_them(service: Notifications) -> None:
    known_as, person = uuid4(), Account(uuid4(), uuid4(), "late@example.org")
    notice = DefisNotice(
        recipient=known_as, kind="defi.published", reference=f"defi:{uuid7()}", title="", facts={}
    )
    service.hear(notice, owner=OPERATOR)
    assert service.rows("SELECT status FROM inbox WHERE consumer = 'keep-defis-notices'") == [("waiting",)]
    service.hear(SubjectPaired(person_id=person.id, owner=OPERATOR, pairwise_id=known_as))
    service.hear(ContactConfirmed(person_id=person.id, email=person.email, language="fr"))
    service.rows("UPDATE inbox SET next_try = now() WHERE status = 'waiting'")
    assert service.mailbox.retry_next()
    assert [notice["kind"] for notice in service.inbox(person)["items"]] == ["defi.published"]


def test_a_notice_for_nobody_known_is_dropped_in_the_end(service: Notifications) -> None:
    notice = DefisNotice(recipient=uuid4(), kind="defi.published", reference="defi:x", title="", facts={})
    service.hear(notice, owner=OPERATOR, at=datetime.now(UTC) - timedelta(hours=7))
    settled = service.rows("SELECT status, reason FROM inbox WHERE consumer = 'keep-defis-notices'")
    assert settled == [("done", "nobody here is known under that id")]


def test_a_notice_older_than_thirty_days_is_no_news(service: Notifications, ana: Account) -> None:
    service.notify(ana, at=datetime.now(UTC) - timedelta(days=31))
    assert service.inbox(ana)["items"] == []


def test_an_operator_cannot_reach_a_person_by_the_id_of_another(service: Notifications, ana: Account) -> None:
    for owner, recipient in (("op2", ana.known_to_operator_as), (OPERATOR, ana.id)):
        notice = DefisNotice(
            recipient=recipient, kind="defi.published", reference="defi:x", title="", facts={}
        )
        service.hear(notice, owner=owner)
    assert service.inbox(ana)["items"] == []


def test_a_kind_that_is_not_known_here_is_told_all_the_same(service: Notifications, ana: Account) -> None:
    service.notify(ana, "defi.something_of_next_year", facts={"anything": "at all"})
    (notice,) = service.inbox(ana)["items"]
    assert (notice["kind"], notice["headline"]) == ("other", "Du nouveau pour vous")


def test_notices_come_newest_first_and_a_page_at_a_time(service: Notifications, ana: Account) -> None:
    for number in range(5):
        service.notify(ana, title=f"Défi {number}")
    first = service.inbox(ana, "?limit=2")
    second = service.inbox(ana, f"?limit=2&cursor={first['next']}")
    third = service.inbox(ana, f"?limit=2&cursor={second['next']}")
    titles = [notice["title"] for page in (first, second, third) for notice in page["items"]]
    assert titles == [f"Défi {number}" for number in (4, 3, 2, 1, 0)]
    assert third["next"] is None


def test_reading_one_notice_twice_is_reading_it_once(service: Notifications, ana: Account) -> None:
    service.notify(ana)
    service.notify(ana)
    older = service.inbox(ana)["items"][1]["id"]
    for _ in range(2):
        assert service.call("PUT", f"/inbox/{older}/read", who=ana).status_code == 204
    assert service.call("GET", "/inbox/unread", who=ana).json == {"unread": 1}
    assert [item["id"] for item in service.inbox(ana, "?unread=true")["items"]] != [older]


def test_marking_all_as_read_leaves_what_came_meanwhile(service: Notifications, ana: Account) -> None:
    service.notify(ana)
    service.notify(ana)
    newest_shown = service.inbox(ana)["items"][0]["id"]
    service.notify(ana, title="Arrivé entre-temps")
    assert service.call("POST", "/inbox/read", {"up_to": newest_shown}, ana).json == {"read": 2}
    assert [item["title"] for item in service.inbox(ana, "?unread=true")["items"]] == ["Arrivé entre-temps"]
    assert service.call("POST", "/inbox/read", {}, ana).json == {"read": 1}


def test_notices_are_kept_a_year_and_a_month_for_addresses(service: Notifications, ana: Account) -> None:
    service.follow("carl@example.org", "commune:35238")
    service.rows(
        "INSERT INTO notice (id, recipient_id, kind, title, facts, path, happened_at, created_at)"
        " SELECT gen_random_uuid(), id, 'other', '', '{}', '/', now(), now() FROM recipient"
    )
    left = []
    for days in (29, 31, 364, 366):
        with service.database.transaction() as session:
            forget_old_notices(session, datetime.now(UTC) + timedelta(days=days))
        left.append(service.rows("SELECT count(*) FROM notice")[0][0])
    assert left == [2, 1, 1, 0]


def test_bad_input_is_refused_by_name(service: Notifications, ana: Account) -> None:
    assert service.call("GET", "/inbox?limit=0", who=ana).json["errors"][0]["field"] == "limit"
    assert service.call("GET", "/inbox?cursor=bm9wZQ", who=ana).json["code"] == "cursor.foreign"
    assert service.call("POST", "/inbox/read", {"up_to": "x"}, ana).json["errors"][0]["field"] == "up_to"
    assert service.call("PUT", "/inbox/not-an-id/read", who=ana).status_code == 404
