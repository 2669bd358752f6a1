"""Results over HTTP: national figures, of accepted proposals, counted from the rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from libs.chassis.db import Database
from services.consultation.consultations.models import Consultation
from services.consultation.proposals.models import Proposal
from tests.consultation.conftest import MakeProposal, Voters

PATH = "/api/consultation/v1/consultations/vivre-mieux/results"


@pytest.fixture
def voted(voters: Voters, make_proposal: MakeProposal) -> dict[str, UUID]:
    """A loved, a rejected and a divisive proposal, one nobody understands, one nobody saw, one that waits."""
    names = ("loved", "rejected", "split", "unclear", "unseen")
    proposals = {name: make_proposal(text=f"Il faut voir {name}.") for name in names}
    make_proposal(state="pending")
    for number in range(10):
        headers = voters.account() if number < 3 else voters.visitor()
        voters.vote(headers, proposals["loved"], "agree", "likeIt")
        voters.vote(headers, proposals["rejected"], "disagree", "noWay")
        voters.vote(headers, proposals["split"], "agree" if number % 2 else "disagree")
        voters.vote(headers, proposals["unclear"], "neutral")
    voters.visitor()
    return proposals


def test_the_summary_says_who_took_part_and_what_came_out(
    client: FlaskClient, voted: dict[str, UUID]
) -> None:
    results = client.get(PATH).json
    assert results is not None
    assert results["consultation"] == "vivre-mieux"
    assert results["participants"] == {"total": 10, "accounts": 3, "visitors": 7, "sheets": 0, "imports": 0}
    assert results["votes"] == 40
    states = {"accepted": 5, "pending": 1, "refused": 0, "postponed": 0, "archived": 0}
    assert results["proposals"] == states
    assert results["zones"] == {"consensus": 1, "rejection": 1, "limbo": 1, "controversy": 1}

    def listed(name: str) -> list[str]:
        return [item["id"] for item in results[name]]

    assert listed("top")[0] == str(voted["loved"])
    assert listed("rejections") == [str(voted["rejected"])]
    assert listed("controversies") == [str(voted["split"])]
    assert listed("neutral") == [str(voted["unclear"])]
    assert str(voted["unseen"]) not in listed("top")


def test_a_proposal_is_shown_with_its_scores(client: FlaskClient, voted: dict[str, UUID]) -> None:
    results = client.get(PATH).json
    assert results is not None
    top = results["top"][0]
    assert (top["text"], top["zone"], top["tally"]["total"]) == ("Il faut voir loved.", "consensus", 10)
    estimate = top["scores"]["top"]
    assert estimate["lower"] < estimate["score"] < estimate["upper"]
    # agree (10 + .33)/11 + likeIt (10 + .01)/11 + doable, less four others of .01/11 each
    assert estimate["score"] == pytest.approx((10.33 + 10.01 + 0.01 - 4 * 0.01) / 11)
    assert set(top["scores"]) == {
        "agree", "disagree", "neutral", "top", "controversy", "rejection",
        "greatness", "realistic", "platitude", "engagement",
    }  # fmt: skip


def test_results_are_provisional_until_the_consultation_closes(
    client: FlaskClient, voted: dict[str, UUID], consultation: Consultation, database: Database
) -> None:
    assert client.get(PATH).json["final"] is False  # type: ignore[index]
    with database.transaction() as session:
        session.merge(consultation).closes_at = datetime.now(UTC)
    assert client.get(PATH).json["final"] is True  # type: ignore[index]


def test_a_proposal_refused_since_leaves_the_results(
    client: FlaskClient, voted: dict[str, UUID], database: Database
) -> None:
    with database.transaction() as session:
        proposal = session.get_one(Proposal, voted["loved"])
        proposal.state, proposal.reason = "refused", "illegal"
    results = client.get(PATH).get_data(as_text=True)
    assert str(voted["loved"]) not in results
    assert str(voted["loved"]) not in client.get(f"{PATH}/proposals").get_data(as_text=True)


@pytest.mark.parametrize(
    ("order", "first"),
    [("top", "loved"), ("controversy", "split"), ("rejection", "rejected"), ("neutral", "unclear")],
)
def test_every_order_goes_through_all_accepted_proposals(
    client: FlaskClient, voted: dict[str, UUID], order: str, first: str
) -> None:
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page: Any = client.get(f"{PATH}/proposals?order={order}&limit=2{cursor and '&cursor=' + cursor}").json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert sorted(seen) == sorted(map(str, voted.values()))
    assert seen[0] == str(voted[first])


def test_a_list_asked_for_wrongly_is_refused(client: FlaskClient, voted: dict[str, UUID]) -> None:
    page = client.get(f"{PATH}/proposals?order=top&limit=1").json
    assert page is not None
    elsewhere = client.get(f"{PATH}/proposals?order=votes&cursor={page['next']}")
    assert (elsewhere.status_code, elsewhere.json and elsewhere.json["code"]) == (400, "cursor.foreign")
    for query, field in (
        ("order=id;DROP TABLE vote", "order"),
        ("limit=0", "limit"),
        ("limit=deux", "limit"),
    ):
        answer = client.get(f"{PATH}/proposals?{query}")
        assert answer.status_code == 422
        assert answer.json is not None
        assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_consultation_without_votes_has_empty_results(
    client: FlaskClient, consultation: Consultation
) -> None:
    results = client.get(PATH).json
    assert results is not None
    assert (results["votes"], results["participants"]["total"], results["top"]) == (0, 0, [])
    assert client.get(f"{PATH}/proposals").json == {"items": [], "next": None}
    assert client.get(PATH.replace("vivre-mieux", "inconnue")).status_code == 404


def test_proposals_are_found_by_their_words_in_the_order_of_their_rank(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal
) -> None:
    seldom = make_proposal(text="Il faut rouvrir les écoles des villages.")
    loved = make_proposal(text="Il faut isoler chaque école.")
    make_proposal(text="Il faut planter des arbres.")
    make_proposal(text="Il faut une école de musique.", state="pending")
    for _ in range(5):
        voters.vote(voters.visitor(), loved)

    def found(words: str) -> list[str]:
        answer = client.get(f"{PATH}/proposals", query_string={"words": words})
        assert answer.status_code == 200, answer.json
        assert answer.json is not None
        return [item["id"] for item in answer.json["items"]]

    assert found("ecole") == [str(loved), str(seldom)]
    assert found("écoles villages") == [str(seldom)]
    assert found("le & | ! ' :*") == []
