"""Following with an account: without a mail, told in its inbox, listed, taken back, and so many things and no more."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import event

from libs.chassis.ids import uuid4, uuid7
from libs.contracts.consultation import ConsultationOpened, ProposalAccepted
from tests.notifications.conftest import OPERATOR, Account, Notifications
from tests.notifications.followers import MAIRIE, RENNES, digest, publish


def test_an_account_follows_without_a_mail_and_is_told_in_its_inbox(
    service: Notifications, ana: Account
) -> None:
    made = service.call("POST", "/follows", {"topic": MAIRIE}, ana)
    again = service.call("POST", "/follows", {"topic": MAIRIE}, ana)
    assert (made.status_code, made.json["id"]) == (201, again.json["id"])
    publish(service)
    assert [notice["kind"] for notice in service.inbox(ana)["items"]] == ["followed.defi_published"]
    other = service.person("bob@example.org")
    assert service.call("DELETE", f"/follows/{made.json['id']}", who=other).status_code == 404
    assert service.call("DELETE", f"/follows/{made.json['id']}", who=ana).status_code == 204
    assert service.call("GET", "/follows", who=ana).json == {"items": []}
    publish(service)
    assert len(service.inbox(ana)["items"]) == 1
    assert digest(service) == []


def test_listing_what_one_follows_asks_the_database_once(service: Notifications, ana: Account) -> None:
    consultation, proposal, defi = uuid7(), uuid7(), publish(service)
    service.hear(
        ConsultationOpened(
            consultation_id=consultation, cause_id=uuid7(), slug="territoires", closes_at=datetime.now(UTC)
        )
    )
    service.hear(ProposalAccepted(proposal_id=proposal, consultation_id=consultation))
    topics = [MAIRIE, f"defi:{defi}", f"proposal:{proposal}", f"consultation:{consultation}"]
    for topic in topics:
        service.call("POST", "/follows", {"topic": topic}, ana)
    asked: list[str] = []
    event.listen(service.database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    listed = service.call("GET", "/follows", who=ana).json["items"]
    assert len([statement for statement in asked if "follow" in statement]) == 1
    assert {item["topic"]: item["path"] for item in listed} == dict(
        zip(
            topics,
            [f"/ici/{RENNES}", f"/defis/{OPERATOR}/{defi}", *["/consultations/territoires"] * 2],
            strict=True,
        )
    )


def test_an_account_follows_so_many_things_and_no_more(service: Notifications, ana: Account) -> None:
    statuses = [
        service.call("POST", "/follows", {"topic": f"commune:{10000 + number}"}, ana).status_code
        for number in range(51)
    ]
    assert statuses == [201] * 50 + [409]


def test_an_address_and_an_account_of_the_same_person_stay_apart(service: Notifications) -> None:
    service.follow("ana@example.org", MAIRIE)
    ana = service.person("ana@example.org")
    assert service.call("GET", "/follows", who=ana).json == {"items": []}
    assert service.inbox(ana)["items"] == []


def test_a_stranger_is_nobody(service: Notifications) -> None:
    assert service.call("GET", "/follows").status_code == 401
    assert service.call("DELETE", f"/follows/{uuid4()}").status_code == 401
