"""What followers hear of communes, défis, consultations, proposals and actions that come from them, each thing once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from libs.chassis.ids import uuid7
from libs.contracts.consultation import (
    ActionMeasured,
    ConsultationClosed,
    ConsultationOpened,
    ProposalAccepted,
    ResultsPublished,
)
from libs.contracts.defis import DefiClosed, MeetingScheduled, StageChanged
from services.notifications.follows.consumers import consumers
from tests.notifications.conftest import OPERATOR, Account, Notifications
from tests.notifications.followers import LATER, MAIRIE, RENNES, digest, publish
from tests.notifications.letters import SITE


def meeting(service: Notifications, defi: UUID, starts_at: datetime, at: datetime | None = None) -> None:
    service.hear(
        MeetingScheduled(
            defi_id=defi, meeting_id=uuid7(), kind="debate", starts_at=starts_at, commune=RENNES
        ),
        owner=OPERATOR,
        at=at,
    )


def test_a_commune_followed_brings_its_defis(service: Notifications) -> None:
    service.follow("ana@example.org", MAIRIE)
    defi = publish(service)
    publish(service, commune="29019")
    (text,) = digest(service)
    assert text.count("Un défi démarre dans une commune que vous suivez.") == 1
    assert f"{SITE}/defis/{OPERATOR}/{defi}" in text


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


def test_replayed_facts_make_things_known_and_tell_nobody() -> None:
    assert {consumer.name for consumer in consumers if consumer.projection} == {
        "keep-defis",
        "keep-consultations",
        "keep-proposals",
    }
