"""Following by e-mail without an account: only whoever reads the mailbox decides, and nobody else learns anything."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from libs.chassis.ids import uuid4, uuid7
from libs.contracts.consultation import (
    ActionMeasured,
    ConsultationClosed,
    ConsultationOpened,
    ProposalAccepted,
    ResultsPublished,
)
from libs.contracts.defis import DefiClosed, DefiPublished, MeetingScheduled, StageChanged
from services.notifications.follows.commands import forget_expired
from services.notifications.follows.consumers import consumers
from tests.notifications.conftest import OPERATOR, SITE, Account, Notifications

RENNES = "35238"
MAIRIE = f"commune:{RENNES}"
LATER = timedelta(days=2)


def publish(service: Notifications, defi: UUID | None = None, commune: str = RENNES) -> UUID:
    defi = defi or uuid7()
    service.hear(
        DefiPublished(
            defi_id=defi, stage="informaction", commune=commune, kind="rural", themes=[], origin_kind="none"
        ),
        owner=OPERATOR,
    )
    return defi


def meeting(service: Notifications, defi: UUID, starts_at: datetime, at: datetime | None = None) -> None:
    service.hear(
        MeetingScheduled(
            defi_id=defi, meeting_id=uuid7(), kind="debate", starts_at=starts_at, commune=RENNES
        ),
        owner=OPERATOR,
        at=at,
    )


def digest(service: Notifications) -> list[str]:
    """The text of the digests that leave in two days."""
    service.at_once()
    service.digests(datetime.now(UTC) + LATER)
    return [mail.text for mail in service.mails()]


def ask(service: Notifications, email: str = "ana@example.org", topic: str = MAIRIE) -> int:
    return service.call("POST", "/follows/by-email", {"email": email, "topic": topic}).status_code


def test_nothing_is_followed_until_the_mail_is_answered(service: Notifications) -> None:
    assert ask(service) == 202
    service.rows("DELETE FROM mail")
    publish(service)
    assert digest(service) == []


def test_a_commune_followed_brings_its_defis(service: Notifications) -> None:
    service.follow("ana@example.org", MAIRIE)
    defi = publish(service)
    publish(service, commune="29019")
    (text,) = digest(service)
    assert text.count("Un défi démarre dans une commune que vous suivez.") == 1
    assert f"{SITE}/defis/{OPERATOR}/{defi}" in text


def test_the_answer_is_the_same_for_an_address_that_follows_and_one_that_does_not(
    service: Notifications,
) -> None:
    service.follow("ana@example.org", MAIRIE)
    answers = [
        service.call("POST", "/follows/by-email", {"email": email, "topic": MAIRIE})
        for email in ("ana@example.org", "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert [set(answer.json) for answer in answers] == [{"expires_at"}] * 2
    known, unknown = service.mails()
    assert known.subject == unknown.subject
    assert known.text.replace(known.confirmation, "") == unknown.text.replace(unknown.confirmation, "")


def test_followers_are_counted_for_everybody_once_they_are_not_few(service: Notifications) -> None:
    def followers() -> int | None:
        answer = service.call("GET", f"/follows/count?topic={MAIRIE}")
        assert answer.status_code == 200
        return answer.json["followers"]

    for number in range(5):
        assert followers() is None
        ask(service, f"voisine{number}@example.org")
        token = service.mails()[-1].confirmation
        assert service.call("POST", "/follows/confirm", {"token": token}).status_code == 200
    ask(service, "hésite@example.org")
    assert followers() == 5
    assert service.call("GET", "/follows/count?topic=mairie:35238").status_code == 422


def test_a_confirmation_link_works_once(service: Notifications) -> None:
    ask(service)
    token = service.mails()[0].confirmation
    first, second = (service.call("POST", "/follows/confirm", {"token": token}) for _ in range(2))
    assert (first.status_code, first.json["topic"], first.json["path"]) == (200, MAIRIE, f"/ici/{RENNES}")
    assert (second.status_code, second.json["code"]) == (422, "follow.link")


def test_a_confirmation_link_used_twice_at_once_follows_once(service: Notifications) -> None:
    ask(service)
    token, statuses, start = service.mails()[0].confirmation, [], threading.Barrier(4)

    def confirm() -> None:
        start.wait()
        statuses.append(service.call("POST", "/follows/confirm", {"token": token}).status_code)

    threads = [threading.Thread(target=confirm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 422, 422, 422]
    assert service.rows("SELECT count(*) FROM follow") == [(1,)]


def test_a_confirmation_link_expires(service: Notifications) -> None:
    ask(service)
    service.rows("UPDATE follow_request SET expires_at = now() - interval '1 second'")
    token = service.mails()[0].confirmation
    assert service.call("POST", "/follows/confirm", {"token": token}).json["code"] == "follow.link"


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "é", "A" * 300])
def test_a_forged_confirmation_link_is_refused(service: Notifications, token: str) -> None:
    assert service.call("POST", "/follows/confirm", {"token": token}).status_code == 422


def test_a_link_for_one_use_is_worth_nothing_in_another(service: Notifications) -> None:
    ask(service)
    token = service.mails()[0].confirmation
    assert service.call("POST", f"/unsubscribe/{token}").status_code == 404
    service.follow("bob@example.org", MAIRIE)
    publish(service)
    digest(service)
    unsubscribe = service.mails()[-1].unsubscribe
    assert service.call("POST", "/follows/confirm", {"token": unsubscribe}).status_code == 422


def test_looking_at_a_confirmation_link_confirms_nothing(service: Notifications) -> None:
    ask(service)
    token = service.mails()[0].confirmation
    assert service.call("GET", f"/follows/confirm?token={token}").status_code == 405
    assert service.rows("SELECT count(*) FROM follow") == [(0,)]


def test_one_address_is_not_written_to_without_end(service: Notifications) -> None:
    statuses = [ask(service, f"{name}@example.org") for name in ("ana", "Ana", "ANA", "ana", "ana", "ana")]
    assert statuses == [202] * 5 + [429]
    assert ask(service, "bob@example.org") == 202
    assert len(service.mails()) == 6


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "nobody", "topic": MAIRIE}, "email"),
        ({"email": "a@example.org\r\nBcc: b@example.org", "topic": MAIRIE}, "email"),
        ({"email": "a@example.org", "topic": "commune:352"}, "topic"),
        ({"email": "a@example.org", "topic": "person:ana"}, "topic"),
        ({"email": "a@example.org", "topic": 7}, "topic"),
        ({"topic": MAIRIE}, "email"),
        ({"email": "a@example.org", "topic": MAIRIE, "title": "Achetez !"}, "title"),
        ({"email": "a@example.org", "topic": MAIRIE, "language": "de"}, "language"),
    ],
)
def test_a_wrong_request_is_refused_by_field(
    service: Notifications, given: dict[str, object], field: str
) -> None:
    answer = service.call("POST", "/follows/by-email", given)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
    assert service.mails() == []


def test_what_is_not_public_cannot_be_followed(service: Notifications) -> None:
    for topic in (f"defi:{uuid7()}", f"proposal:{uuid7()}"):
        answer = service.call("POST", "/follows/by-email", {"email": "a@example.org", "topic": topic})
        assert (answer.status_code, answer.json["code"]) == (404, "topic.unknown")
    assert service.mails() == []


def test_who_follows_a_defi_hears_of_its_dates_stages_and_end(service: Notifications) -> None:
    defi = publish(service)
    service.follow("ana@example.org", f"defi:{defi}")
    meeting(service, defi, datetime.now(UTC) + timedelta(days=9))
    common = {"defi_id": defi, "commune": RENNES, "kind": None, "themes": []}
    service.hear(
        StageChanged(from_stage="informaction", to_stage="creaction", **common),  # type: ignore[arg-type]
        owner=OPERATOR,
    )
    for outcome in ("completed", "archived"):
        service.hear(
            DefiClosed(outcome=outcome, stage="creaction", **common),  # type: ignore[arg-type]
            owner=OPERATOR,
        )
    (text,) = digest(service)
    for told in ("invite chacun à une rencontre", "C’est un débat.", "Cré’action", "Il a atteint son but."):
        assert text.count(told) == 1, told


def test_who_follows_a_defi_and_its_commune_is_told_once(service: Notifications) -> None:
    defi = publish(service)
    service.follow("ana@example.org", MAIRIE)
    service.follow("ana@example.org", f"defi:{defi}")
    meeting(service, defi, datetime.now(UTC) + timedelta(days=9))
    (text,) = digest(service)
    assert text.count("invite chacun à une rencontre") == 1


def test_a_meeting_that_has_begun_is_no_news(service: Notifications) -> None:
    defi = publish(service)
    service.follow("ana@example.org", f"defi:{defi}")
    meeting(service, defi, datetime.now(UTC) - timedelta(minutes=1))
    assert digest(service) == []


def test_who_follows_a_proposal_hears_that_its_consultation_closed(service: Notifications) -> None:
    consultation, proposal = uuid7(), uuid7()
    known = {"consultation_id": consultation, "cause_id": uuid7(), "slug": "territoires"}
    service.hear(ConsultationOpened(closes_at=datetime.now(UTC) + LATER, **known))  # type: ignore[arg-type]
    service.hear(ProposalAccepted(proposal_id=proposal, consultation_id=consultation))
    service.follow("ana@example.org", f"proposal:{proposal}")
    service.follow("ana@example.org", f"consultation:{consultation}")
    service.hear(ConsultationClosed(**known))  # type: ignore[arg-type]
    (text,) = digest(service)
    assert text.count(f"{SITE}/consultations/territoires/results") == 1


@pytest.mark.parametrize(
    ("published", "said"),
    [
        ({"final": False}, "Ils sont provisoires"),
        ({"final": True}, "Ils sont définitifs."),
        ({"final": True, "corrects": 1}, "Ils corrigent une version précédente"),
    ],
)
def test_who_follows_a_consultation_or_a_proposal_of_it_hears_of_results_once(
    service: Notifications, published: dict[str, Any], said: str
) -> None:
    consultation, proposal = uuid7(), uuid7()
    service.hear(ProposalAccepted(proposal_id=proposal, consultation_id=consultation))
    for topic in (f"proposal:{proposal}", f"consultation:{consultation}"):
        service.follow("ana@example.org", topic)
    known = {"consultation_id": consultation, "cause_id": uuid7(), "slug": "territoires", "number": 2}
    service.hear(ResultsPublished(**known | published))  # type: ignore[arg-type]
    (mail,) = digest(service)
    assert mail.count(f"{SITE}/consultations/territoires/results") == 1
    assert said in mail


def measured(
    service: Notifications,
    action: UUID,
    proposals: list[UUID] | None,
    consultations: list[UUID] | None = None,
    *,
    corrects: UUID | None = None,
    at: datetime | None = None,
) -> None:
    named = {"proposals": proposals, "consultations": consultations}
    origins = {name: ids and [str(id) for id in ids] for name, ids in named.items()}
    fact = {"action_id": action, "cause_id": uuid7(), "indicator_id": uuid7(), "measure_id": uuid7()}
    figure = {"measured_on": "2026-11-21", "value": "12.5", "corrects": corrects}
    service.hear(ActionMeasured(**fact, **figure, **origins), at=at)  # type: ignore[arg-type]


def test_who_follows_a_proposal_hears_once_that_an_action_that_comes_from_it_was_measured(
    service: Notifications,
) -> None:
    consultation, proposals, action = uuid7(), [uuid7(), uuid7()], uuid7()
    for proposal in proposals:
        service.hear(ProposalAccepted(proposal_id=proposal, consultation_id=consultation))
        service.follow("ana@example.org", f"proposal:{proposal}")
    service.follow("ana@example.org", f"consultation:{consultation}")
    service.follow("bob@example.org", f"consultation:{consultation}")
    service.follow("eva@example.org", f"consultation:{uuid7()}")
    measured(service, action, proposals, [consultation])
    digest(service)
    ana, bob = (mail for mail in service.mails() if mail.to in ("ana@example.org", "bob@example.org"))
    assert len(service.mails()) == 2
    for mail in (ana, bob):
        assert mail.text.count("que vous suivez a été mesurée.") == 1
        assert mail.text.count(f"{SITE}/actions/{action}") == 1
        assert "corrige" not in mail.text


def test_several_figures_of_one_action_are_one_piece_of_news_a_day_and_a_correction_is_another(
    service: Notifications, ana: Account
) -> None:
    consultation, action = uuid7(), uuid7()
    service.call("POST", "/follows", {"topic": f"consultation:{consultation}"}, ana)

    def told() -> list[tuple[str, list[str]]]:
        return [(notice["path"], notice["details"]) for notice in service.inbox(ana)["items"][::-1]]

    for _ in range(3):
        measured(service, action, [uuid7()], [consultation])
    news = (f"/actions/{action}", [])
    assert told() == [news]
    measured(service, action, [], [consultation], corrects=uuid7())
    correction = (news[0], ["Cette mesure en corrige une précédente, qui reste lisible."])
    assert told() == [news, correction]
    another = uuid7()
    measured(service, another, [], [consultation])
    assert told() == [news, correction, (f"/actions/{another}", [])]
    service.rows("UPDATE notice SET created_at = created_at - interval '1 day'")
    measured(service, action, [], [consultation])
    assert told() == [news, correction, (f"/actions/{another}", []), news]


def test_what_was_told_to_one_follower_today_is_still_told_to_another(
    service: Notifications, ana: Account
) -> None:
    consultation, action, bob = uuid7(), uuid7(), service.person("bob@example.org")
    for account in (ana, bob):
        service.call("POST", "/follows", {"topic": f"consultation:{consultation}"}, account)
        measured(service, action, None, [consultation])
    assert [len(service.inbox(account)["items"]) for account in (ana, bob)] == [1, 1]


def test_a_measure_that_names_no_origin_or_is_a_month_old_is_told_to_nobody(
    service: Notifications, ana: Account
) -> None:
    consultation = uuid7()
    service.call("POST", "/follows", {"topic": f"consultation:{consultation}"}, ana)
    measured(service, uuid7(), None)
    measured(service, uuid7(), [], [consultation], at=datetime.now(UTC) - timedelta(days=31))
    assert service.inbox(ana)["items"] == []
    assert service.rows("SELECT reason FROM inbox WHERE status <> 'done'") == []


def test_one_can_wait_for_a_consultation_to_open(service: Notifications) -> None:
    consultation = uuid7()
    service.follow("ana@example.org", f"consultation:{consultation}")
    service.hear(
        ConsultationOpened(
            consultation_id=consultation,
            cause_id=uuid7(),
            slug="territoires",
            closes_at=datetime(2027, 1, 31, 22, 59, tzinfo=UTC),
        )
    )
    service.at_once()
    (mail,) = service.mails()
    assert mail.subject == "Une consultation ouvre"
    assert "Elle se termine le dimanche 31\u00a0janvier 2027 à 23\u00a0h\u00a059." in mail.text


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


def test_unconfirmed_addresses_are_forgotten(service: Notifications) -> None:
    ask(service)
    with service.database.transaction() as session:
        forget_expired(session, datetime.now(UTC) + timedelta(hours=47))
    assert service.rows("SELECT count(*) FROM follow_request") == [(1,)]
    with service.database.transaction() as session:
        forget_expired(session, datetime.now(UTC) + timedelta(hours=49))
    assert service.rows("SELECT count(*) FROM follow_request") == [(0,)]


def test_replayed_facts_make_things_known_and_tell_nobody() -> None:
    assert {consumer.name for consumer in consumers if consumer.projection} == {
        "keep-defis",
        "keep-consultations",
        "keep-proposals",
    }


def test_a_stranger_is_nobody(service: Notifications) -> None:
    assert service.call("GET", "/follows").status_code == 401
    assert service.call("DELETE", f"/follows/{uuid4()}").status_code == 401
