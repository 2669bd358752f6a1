"""Every mail can be stopped from the mail itself: with a look that changes nothing, and one gesture that does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.chassis.ids import uuid7
from libs.contracts.defis import DefiPublished
from services.notifications.signatures import Signer
from services.notifications.unsubscribe.rules import USE, Link, Scope, What, decode, encode
from tests.notifications.conftest import OPERATOR, Account, Notifications
from tests.notifications.letters import SITE

LATER = timedelta(days=2)


def publish(service: Notifications, commune: str) -> None:
    service.hear(
        DefiPublished(
            defi_id=uuid7(), stage="informaction", commune=commune, kind=None, themes=[], origin_kind="none"
        ),
        owner=OPERATOR,
    )


def state(service: Notifications, token: str, method: str = "GET", **options: Any) -> dict[str, Any]:
    answer = service.call(method, f"/unsubscribe/{token}", **options)
    assert answer.status_code == 200, answer.json
    return dict(answer.json or {})


def digest(service: Notifications, days: int = 2) -> str:
    """Has the digests sent; returns the token of the last mail."""
    service.at_once()
    service.digests(datetime.now(UTC) + timedelta(days=days))
    return service.mails()[-1].unsubscribe


def levels(service: Notifications, who: Account) -> dict[str, str]:
    items = service.call("GET", "/preferences", who=who).json["items"]
    return {item["kind"]: item["level"] for item in items}


def test_a_mail_about_one_kind_stops_that_kind(service: Notifications, ana: Account) -> None:
    service.notify(ana, "defi.gate_refused")
    service.at_once()
    token = service.mails()[0].unsubscribe
    before = levels(service, ana)
    looked = state(service, token)
    assert (looked["what"], looked["label"]) == ("kind", "L’étape suivante doit attendre")
    assert looked["stopped"] is False
    assert levels(service, ana) == before
    assert state(service, token, "POST")["stopped"] is True
    assert levels(service, ana) == before | {"defi.gate_refused": "none"}


def test_a_digest_stops_digests_and_leaves_what_comes_at_once(service: Notifications, ana: Account) -> None:
    service.notify(ana, "defi.pledge_offered")
    token = digest(service)
    before = levels(service, ana)
    assert state(service, token, "POST")["stopped"] is True
    after = levels(service, ana)
    assert {kind: level for kind, level in after.items() if level != "none"} == {
        kind: level for kind, level in before.items() if level == "at_once"
    }


def test_a_mail_about_several_kinds_stops_all_mails(service: Notifications, ana: Account) -> None:
    service.notify(ana, "defi.gate_refused")
    service.notify(ana, "defi.pledge_accepted")
    service.at_once()
    token = service.mails()[0].unsubscribe
    assert state(service, token)["what"] == "mails"
    state(service, token, "POST")
    assert set(levels(service, ana).values()) == {"none"}
    service.notify(ana)
    service.at_once()
    service.digests(datetime.now(UTC) + LATER)
    assert service.mails() == []
    assert len(service.inbox(ana)["items"]) == 3


def test_unsubscribing_twice_is_unsubscribing_once(service: Notifications, ana: Account) -> None:
    service.notify(ana)
    service.at_once()
    token = service.mails()[0].unsubscribe
    assert state(service, token, "POST") == state(service, token, "POST") == state(service, token)


def test_a_follow_is_stopped_and_the_others_go_on(service: Notifications) -> None:
    service.follow("ana@example.org", "commune:35238")
    service.follow("ana@example.org", "commune:29019")
    publish(service, "35238")
    token = digest(service)
    looked = state(service, token)
    assert looked["what"] == "follow"
    assert [(follow["topic"], follow["path"]) for follow in looked["follows"]] == [
        ("commune:35238", "/ici/35238")
    ]
    assert state(service, token, "POST")["stopped"] is True
    assert service.rows("SELECT key FROM follow") == [("29019",)]


def test_a_digest_of_several_follows_says_all_that_it_stops(service: Notifications) -> None:
    for commune in ("35238", "29019"):
        service.follow("ana@example.org", f"commune:{commune}")
        publish(service, commune)
    looked = state(service, digest(service))
    assert (looked["what"], looked["stopped"]) == ("follows", False)
    assert {follow["topic"] for follow in looked["follows"]} == {"commune:35238", "commune:29019"}
    assert state(service, service.mails()[-1].unsubscribe, "POST")["follows"] == []


def test_an_address_that_follows_nothing_any_more_is_forgotten(service: Notifications) -> None:
    service.follow("ana@example.org", "commune:35238")
    publish(service, "35238")
    token = digest(service)
    state(service, token, "POST")
    assert service.rows("SELECT email FROM recipient") == []
    assert service.mails() == []
    assert state(service, token)["stopped"] is True


def test_what_waited_for_a_stopped_follow_is_not_sent(service: Notifications) -> None:
    service.follow("ana@example.org", "commune:35238")
    service.follow("ana@example.org", "commune:29019")
    publish(service, "35238")
    token = digest(service)
    publish(service, "35238")
    state(service, token, "POST")
    service.rows("DELETE FROM mail")
    service.at_once()
    assert service.digests(datetime.now(UTC) + timedelta(days=4)) == 0


def test_a_mail_client_posts_a_form_without_a_cookie(service: Notifications, ana: Account) -> None:
    service.notify(ana)
    service.at_once()
    address = str(service.mails()[0].message["List-Unsubscribe"]).strip("<>")
    path = address.removeprefix(f"{SITE}/api/notifications/v1")
    for body in ({"data": {"List-Unsubscribe": "One-Click"}}, {"data": b"", "content_type": "text/plain"}):
        answer = service.call("POST", path, **body)
        assert (answer.status_code, answer.json["stopped"]) == (200, True)
        assert "Set-Cookie" not in answer.headers


def test_a_browser_is_sent_to_the_page(service: Notifications, ana: Account) -> None:
    service.notify(ana)
    service.at_once()
    token = service.mails()[0].unsubscribe
    sent = service.call("GET", f"/unsubscribe/{token}", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{SITE}/unsubscribe?token={token}")
    assert levels(service, ana)["defi.gate_refused"] == "at_once"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_forged_or_cut_link_does_nothing(service: Notifications, ana: Account, method: str) -> None:
    service.notify(ana)
    service.at_once()
    token = service.mails()[0].unsubscribe
    other = Signer("another secret, as long as the one of the tests").sign(
        USE, encode(Link(ana.id, Scope(What.MAILS)))
    )
    for wrong in (token[:-1], token[1:], f"{token}A", token.swapcase(), other, "x", "%00", "é"):
        answer = service.call(method, f"/unsubscribe/{wrong}")
        assert (answer.status_code, answer.json["code"]) == (404, "unsubscribe.link"), wrong
    assert levels(service, ana)["defi.gate_refused"] == "at_once"


@pytest.mark.parametrize(
    "content", [b"", b"x" * 16, b"x" * 17, b"x" * 16 + b"everything:", b"x" * 16 + b"\xff:"]
)
def test_what_is_no_link_is_none(content: bytes) -> None:
    assert decode(content) is None


@pytest.mark.parametrize("what", list(What))
def test_a_link_says_what_it_was_made_for(what: What) -> None:
    link = Link(uuid7(), Scope(what, "defi.refused"))
    assert decode(encode(link)) == link
