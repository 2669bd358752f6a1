"""Published versions of results: frozen, under embargo until they are not, and told when they become public."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from services.consultation.consultations.models import Consultation
from services.consultation.proposals.models import Proposal
from tests.consultation.conftest import MakeProposal, Tokens, Voters
from tests.consultation.press import HOUR, LATER, PATH, RESULTS, WHY, Press


def close(database: Database, consultation: Consultation) -> None:
    with database.transaction() as session:
        session.merge(consultation).closes_at = datetime.now(UTC)


def test_a_version_holds_the_figures_that_the_results_showed(press: Press, proposals: list[UUID]) -> None:
    shown = press.client.get(RESULTS).json
    version = press.publish(note={"fr": "À mi-parcours."})
    assert (version["number"], version["final"], version["embargo_until"]) == (1, False, None)
    assert version["figures"] | {"computed_at": ""} == (shown or {}) | {"computed_at": ""}
    assert version["figures"]["computed_at"] == version["computed_at"]
    assert version["note"] == {"fr": "À mi-parcours."}
    assert press.read("/1") == version
    (listed,) = press.read()["items"]
    assert listed == {name: value for name, value in version.items() if name != "figures"}


def test_a_version_stays_as_it_was_while_people_go_on_voting(
    press: Press, voters: Voters, proposals: list[UUID]
) -> None:
    before = press.publish()
    voters.vote(voters.visitor(), proposals[1], "disagree")
    assert press.client.get(RESULTS).json["votes"] == 3  # type: ignore[index]
    assert press.read("/1") == before
    assert press.publish()["figures"]["votes"] == 3


def test_a_number_that_no_version_has_is_not_found_however_large(press: Press, proposals: list[UUID]) -> None:
    press.publish()
    for number in (0, 2, 2**31 - 1, 2**31, 10**40):
        for path in (f"/{number}", f"/{number}/proposals"):
            press.read(path, expected=404)


def test_all_scored_proposals_of_a_version_are_read_page_by_page(press: Press, proposals: list[UUID]) -> None:
    live = press.client.get(f"{RESULTS}/proposals?limit=50").json
    press.publish()
    seen: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = press.read(f"/1/proposals?limit=4{cursor and f'&cursor={cursor}'}")
        assert len(page["items"]) <= 4
        seen, cursor = seen + page["items"], page["next"]
    assert seen == (live or {})["items"]
    assert len(seen) == 11
    assert press.read("/1/proposals?cursor=x", expected=400)["code"] == "cursor.foreign"


def test_a_text_that_is_public_no_more_is_gone_from_every_version(
    press: Press, database: Database, proposals: list[UUID]
) -> None:
    press.publish()
    with database.transaction() as session:
        loved = session.get_one(Proposal, proposals[0])
        loved.state, loved.reason = "refused", "illegal"
    best = press.read("/1")["figures"]["top"][0]
    assert (best["id"], best["text"], best["tally"]["agree"]) == (str(proposals[0]), None, 2)
    assert press.read("/1/proposals")["items"][0] == best


def test_a_version_under_embargo_is_known_to_those_who_publish_it_alone(
    press: Press, tokens: Tokens, proposals: list[UUID]
) -> None:
    press.publish(**LATER)
    curious = [None, tokens.visitor(), tokens.account(), tokens.account(("moderator", "coalition"))]
    elsewhere = tokens.account(("coordinator", f"cause:{uuid7()}"))
    for headers in (*curious, elsewhere):
        assert press.numbers(headers) == []
        assert press.read("/1", 404, headers)["code"] == "results.unknown"
        assert press.read("/1/proposals", 404, headers)["code"] == "results.unknown"
    for role in ("coordinator", "administrator"):
        headers = tokens.account((role, "coalition"))
        assert press.numbers(headers) == [1]
        assert press.read("/1", headers=headers)["embargo_until"] is not None
        assert len(press.read("/1/proposals", headers=headers)["items"]) == 11


def test_it_is_told_once_when_the_embargo_ends(press: Press, consultation: Consultation) -> None:
    press.publish(**LATER)
    press.pass_time()
    assert press.told() == []
    for _ in range(2):
        press.pass_time(datetime.now(UTC) + 2 * HOUR)
    assert press.told() == [
        {
            "consultation_id": str(consultation.id),
            "cause_id": str(consultation.cause_id),
            "slug": "vivre-mieux",
            "number": 1,
            "final": False,
            "corrects": None,
        }
    ]


def test_versions_are_told_in_their_order_as_each_becomes_public(
    press: Press, consultation: Consultation
) -> None:
    press.publish(**LATER)
    press.publish()
    press.pass_time()
    press.publish()
    press.pass_time(datetime.now(UTC) + 2 * HOUR)
    assert [event["number"] for event in press.told()] == [2, 1, 3]


def test_results_are_final_once_the_consultation_is_closed_and_authors_are_told_then(
    press: Press, database: Database, consultation: Consultation, make_proposal: MakeProposal
) -> None:
    author = uuid7()
    for state in ("accepted", "accepted", "pending"):
        make_proposal(author_subject=author, state=state)
    make_proposal(author_subject=uuid7(), state="pending")
    press.publish()
    press.pass_time()
    assert press.told("person_notified") == []
    close(database, consultation)
    assert press.publish()["final"] is True
    press.publish(corrects=2, note=WHY)
    press.pass_time()
    notice = {
        "recipient": str(author),
        "kind": "proposal.results",
        "reference": "results:vivre-mieux",
        "title": "Vivre mieux",
    }
    assert press.told("person_notified") == [
        notice | {"facts": {"version": version}} for version in ("final", "corrected")
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"embargo_until": "2026-01-01T00:00:00Z"}, "embargo_until"),
        ({"embargo_until": (datetime.now(UTC) + timedelta(days=91)).isoformat()}, "embargo_until"),
        ({"embargo_until": "2027-01-01T00:00:00"}, "embargo_until"),
        ({"corrects": 1}, "note"),
        ({"corrects": 1, "note": WHY}, "corrects"),
        ({"corrects": 0, "note": WHY}, "corrects"),
        ({"note": {"en": "No French."}}, "note"),
        ({"note": "Texte"}, "note"),
        ({"final": True}, "final"),
    ],
)
def test_a_version_that_makes_no_sense_is_refused_by_name(
    press: Press, consultation: Consultation, body: dict[str, Any], field: str
) -> None:
    assert press.publish(422, **body)["errors"][0]["field"].startswith(field)
    assert press.numbers(press.coordinator) == []


def test_only_who_coordinates_the_cause_or_administers_publishes(
    press: Press, tokens: Tokens, consultation: Consultation
) -> None:
    for grants in ((), (("coordinator", f"cause:{uuid7()}"),), (("moderator", "coalition"),)):
        assert press.publish(403, tokens.account(*grants))["code"] == "results.publish"
    assert press.publish(403, tokens.visitor())["code"] == "access.account"
    assert press.client.post(PATH, json={}).status_code == 401
    assert press.publish(headers=tokens.account(("administrator", "coalition")))["number"] == 1


def test_nothing_is_published_before_the_opening_or_of_an_import(
    press: Press, tokens: Tokens, make_consultation: Callable[..., Consultation]
) -> None:
    make_consultation(opens_at=datetime.now(UTC) + HOUR / 2)
    assert press.publish(409)["code"] == "results.not_open_yet"
    make_consultation(slug="import", cause_id=None, archived_at=datetime.now(UTC))
    coordinator = tokens.account(("coordinator", "coalition"))
    path = PATH.replace("vivre-mieux", "import")
    assert press.client.post(path, json={}, headers=coordinator).status_code == 403
    assert (
        press.client.post(path.replace("import", "nowhere"), json={}, headers=coordinator).status_code == 404
    )


def test_two_who_publish_at_once_make_two_versions(press: Press, consultation: Consultation) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _n: press.publish()["number"], range(4)))
    assert sorted(made) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE results_version SET figures = '{}'",
        "UPDATE results_version SET note = NULL",
        "DELETE FROM results_version",
    ],
)
def test_the_database_itself_refuses_to_change_a_version(
    press: Press, database: Database, consultation: Consultation, statement: str
) -> None:
    press.publish()
    with pytest.raises(DatabaseError, match="a published version stands"), database.transaction() as session:
        session.execute(text(statement))
