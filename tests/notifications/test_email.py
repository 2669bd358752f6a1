"""Notices leave by mail as their reader wants it when the mail is made, and mail clients can stop them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.chassis.ids import uuid4
from libs.chassis.mail import Mailer, MailSettings
from libs.contracts.identity import ContactConfirmed, SubjectPaired
from services.notifications.kinds.catalogue import KINDS
from tests.notifications.conftest import API, Account, Notifications
from tests.notifications.letters import SITE, Letter


def test_a_notice_of_an_urgent_kind_is_mailed_at_once(service: Notifications, ana: Account) -> None:
    service.notify(ana, "defi.gate_refused", facts={"reasons": ["report_too_thin"]})
    service.at_once()
    (mail,) = service.mails()
    assert (mail.to, mail.subject) == (
        ana.email,
        "Café des voisins – L’étape suivante doit attendre",
    )
    for form in (mail.text, mail.html):
        assert "Le compte rendu du débat en dit trop peu." in form
        assert re.search(rf"{SITE}/defis/op1/[0-9a-f-]{{36}}", form)


def test_it_is_mailed_once_however_often_the_job_runs(service: Notifications, ana: Account) -> None:
    service.notify(ana)
    for _ in range(3):
        service.at_once()
    assert len(service.mails()) == 1


def test_several_notices_at_one_time_make_one_mail(service: Notifications, ana: Account) -> None:
    service.notify(ana, "defi.gate_refused")
    service.notify(ana, "defi.pledge_accepted", title="Jardin partagé")
    service.at_once()
    (mail,) = service.mails()
    assert mail.subject == "Du nouveau pour vous"
    assert "Café des voisins" in mail.text
    assert "Jardin partagé" in mail.text


def test_mails_are_in_the_language_of_their_reader(service: Notifications) -> None:
    bob = service.person("bob@example.org", "en")
    service.notify(bob)
    service.at_once()
    (mail,) = service.mails()
    assert mail.subject == "Café des voisins – The next stage must wait"
    assert "Hello," in mail.html
    assert "Bonjour" not in mail.text


def test_an_opt_out_made_before_the_mail_is_honoured(service: Notifications, ana: Account) -> None:
    service.notify(ana, "defi.gate_refused")
    assert service.prefer(ana, defi__gate_refused="none").status_code == 200
    service.at_once()
    service.digests(datetime.now(UTC) + timedelta(days=1))
    assert service.mails() == []
    assert len(service.inbox(ana)["items"]) == 1


def test_an_opt_out_takes_back_a_mail_that_has_not_left(service: Notifications, ana: Account) -> None:
    service.notify(ana, "defi.gate_refused")
    service.at_once()
    assert len(service.mails()) == 1
    service.prefer(ana, defi__gate_refused="none")
    assert service.mails() == []


def test_a_mail_with_something_else_in_it_is_not_taken_back(service: Notifications, ana: Account) -> None:
    service.notify(ana, "defi.gate_refused")
    service.notify(ana, "defi.pledge_accepted")
    service.at_once()
    service.prefer(ana, defi__gate_refused="none")
    assert len(service.mails()) == 1


def test_nobody_is_flooded(service: Notifications, ana: Account) -> None:
    now = datetime.now(UTC)
    for minute in range(10):
        service.notify(ana, title=f"Défi {minute}")
        service.at_once(now + timedelta(minutes=minute))
    assert len(service.mails()) == 6
    service.digests(now + timedelta(days=1))
    digest = service.mails()[-1]
    assert [f"Défi {number}" in digest.text for number in range(10)] == [False] * 6 + [True] * 4


def test_a_profile_edit_leaves_choices_as_they_are(service: Notifications, ana: Account) -> None:
    service.prefer(ana, defi__gate_refused="none", proposal__accepted="daily")
    before = service.call("GET", "/preferences", who=ana).json
    service.hear(ContactConfirmed(person_id=ana.id, email="ana@elsewhere.example.org", language="en"))
    assert service.call("GET", "/preferences", who=ana).json == before
    service.notify(ana, "defi.meeting_cancelled")
    service.at_once()
    assert service.mails()[0].to == "ana@elsewhere.example.org"


def test_preferences_are_sensible_until_one_chooses(service: Notifications, ana: Account) -> None:
    items = service.call("GET", "/preferences", who=ana).json["items"]
    levels = {item["kind"]: item["level"] for item in items}
    assert levels["defi.meeting_cancelled"] == "at_once"
    assert levels["defi.pledge_offered"] == "daily"
    assert set(levels) == set(KINDS)
    assert all(item["label"] and item["group_label"] for item in items)


@pytest.mark.parametrize(
    ("levels", "field"),
    [
        ({"defi.unknown": "none"}, "levels.defi.unknown.key"),
        ({"defi.refused": "hourly"}, "levels.defi.refused.value"),
    ],
)
def test_a_choice_that_means_nothing_is_refused_and_changes_nothing(
    service: Notifications, ana: Account, levels: dict[str, str], field: str
) -> None:
    before = service.call("GET", "/preferences", who=ana).json
    answer = service.call("PATCH", "/preferences", {"levels": {"defi.published": "none"} | levels}, ana)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
    assert service.call("GET", "/preferences", who=ana).json == before


def test_a_choice_made_before_the_address_is_known_holds(service: Notifications) -> None:
    early = Account(uuid4(), uuid4(), "early@example.org")
    assert service.prefer(early, defi__gate_refused="none").status_code == 200
    service.hear(ContactConfirmed(person_id=early.id, email=early.email, language="fr"))
    service.hear(SubjectPaired(person_id=early.id, owner="op1", pairwise_id=early.known_to_operator_as))
    service.notify(early)
    service.at_once()
    assert service.mails() == []


def test_a_title_can_break_neither_a_header_nor_a_page(service: Notifications, ana: Account) -> None:
    title = 'Café\r\nBcc: all@example.org <script>alert("x")</script>\u202e\u200b'
    service.notify(ana, title=title)
    service.at_once()
    (mail,) = service.mails()
    assert mail.message["Bcc"] is None
    assert "\n" not in mail.subject
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "\u202e" not in mail.text


def test_facts_that_a_kind_does_not_say_are_neither_kept_nor_told(
    service: Notifications, ana: Account
) -> None:
    facts = {"choice": "disagree", "vote": "noWay", "note": "un avis", "reason": "partisan", "reasons": "x"}
    for kind in (*KINDS, "unknown"):
        service.tell(ana, kind, facts)
    service.at_once()
    kept = {name for (found,) in service.rows("SELECT facts FROM notice") for name in found}
    assert kept <= {"reason"}
    told = "\n".join(mail.text + mail.html for mail in service.mails())
    assert not re.search(r"disagree|noWay|un avis", told)


def test_what_somebody_proposed_is_not_shown_on_a_locked_screen(service: Notifications, ana: Account) -> None:
    service.notify_author(ana, "proposal.refused", reason="several_ideas")
    service.at_once()
    (mail,) = service.mails()
    assert "arbres" not in mail.subject
    assert "Elle contient plusieurs idées\u00a0: proposez chacune à part." in mail.text


def test_french_mails_are_typeset_as_french(service: Notifications, ana: Account) -> None:
    said = {"starts_at": "2026-12-01T18:00:00+00:00", "stage": "creaction", "role": "ebv", "operator": "op1"}
    for kind in KINDS:
        service.tell(ana, kind, said)
    service.at_once()
    service.digests(datetime.now(UTC) + timedelta(days=1))
    service.call("POST", "/follows/by-email", {"email": "x@example.org", "topic": "commune:35238"})
    for mail in service.mails():
        shown = re.sub(r"https?:\S+|<[^>]*>", "", f"{mail.subject}\n{mail.text}\n{mail.html}")
        shown = shown.replace("<!doctype html>", "")
        assert "'" not in shown
        assert not re.search(r"(?<![\u00a0\u202f])[;!?»]|«(?![\u00a0\u202f])", shown), shown
        assert not re.search(r"(?<!\u00a0):(\s|$)", shown), shown


def test_mail_clients_find_an_unsubscribe_link_on_the_wire(
    service: Notifications, ana: Account, smtp: Any
) -> None:
    service.notify(ana)
    service.at_once()
    smtp()
    (raw,) = smtp.catcher.raw
    lines = raw.replace(b"\r\n", b"\n").split(b"\n\n")[0].split(b"\n")
    (header,) = [line for line in lines if line.lower().startswith(b"list-unsubscribe:")]
    found = re.fullmatch(rf"List-Unsubscribe: <{SITE}({API}/unsubscribe/[\w-]+)>".encode(), header)
    assert found, header
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert len(header) > 78, "long enough that Python would fold it"
    path = found[1].decode().removeprefix(API)
    one_click = service.call("POST", path, data={"List-Unsubscribe": "One-Click"})
    assert (one_click.status_code, one_click.json["stopped"]) == (200, True)


def test_a_mail_sent_twice_has_one_message_id(service: Notifications, ana: Account, smtp: Any) -> None:
    service.notify(ana)
    service.at_once()
    # As if the process died between the handing over and the removal.
    service.rows("CREATE TABLE copy AS SELECT * FROM mail")
    smtp()
    service.rows("INSERT INTO mail SELECT * FROM copy")
    ((mail_id,),) = service.rows("SELECT id FROM mail")
    letters: list[Letter] = smtp()
    assert len(letters) == 2
    assert {str(mail.message["Message-ID"]) for mail in letters} == {f"<{mail_id}@maillage.test>"}


def test_notices_wait_for_a_mail_server_that_is_away(service: Notifications, ana: Account) -> None:
    service.notify(ana)
    service.at_once()
    away = MailSettings(url="smtp://127.0.0.1:1", sender=service.settings.mail_from)
    assert Mailer(service.database, away).send_next()
    ((attempts,),) = service.rows("SELECT attempts FROM mail")
    assert attempts == 1
