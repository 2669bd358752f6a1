"""Several votes at once, each answered on its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from services.consultation.consultations.models import Consultation
from tests.consultation.conftest import MakeProposal, Tokens, Voters
from tests.consultation.votes import tally, votes

PATH = "/api/consultation/v1/consultations/vivre-mieux/votes"


def send(client: FlaskClient, headers: dict[str, str], *items: Any) -> Any:
    return client.post(PATH, json={"votes": list(items)}, headers=headers)


def test_every_vote_of_a_batch_is_cast_and_answered_in_order(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal, database: Database
) -> None:
    proposals = [make_proposal() for _ in range(100)]
    items = [{"proposal": str(p), "choice": "neutral", "qualifiers": ["noOpinion"]} for p in proposals]
    answer = send(client, voters.visitor(), *items)
    assert answer.status_code == 200
    assert [item["proposal"] for item in answer.json["items"]] == [str(p) for p in proposals]
    assert {item["status"] for item in answer.json["items"]} == {200}
    assert {item["vote"]["choice"] for item in answer.json["items"]} == {"neutral"}
    assert votes(database) == 100


def test_a_bad_item_refuses_only_itself(
    client: FlaskClient,
    voters: Voters,
    make_proposal: MakeProposal,
    make_consultation: Callable[..., Consultation],
    database: Database,
) -> None:
    elsewhere = make_proposal(consultation_id=make_consultation(slug="ailleurs").id)
    good, other, pending, unknown = make_proposal(), make_proposal(), make_proposal(state="pending"), uuid7()
    answer = send(
        client,
        voters.visitor(),
        {"proposal": str(good), "choice": "agree"},
        {"proposal": str(unknown), "choice": "agree"},
        {"proposal": str(pending), "choice": "agree"},
        {"proposal": str(elsewhere), "choice": "agree"},
        {"proposal": str(other), "choice": "agree", "qualifiers": ["noWay"]},
        {"proposal": str(other), "choice": "peut-être"},
        {"proposal": "pas-un-uuid", "choice": "agree"},
        {"choice": "agree"},
        "agree",
        None,
        {"proposal": str(other), "choice": "disagree"},
    )
    assert answer.status_code == 200
    items = answer.json["items"]
    assert [item["status"] for item in items] == [200, 404, 404, 404, 422, 422, 422, 422, 422, 422, 200]
    assert items[4]["problem"]["code"] == "vote.qualifier_of_other_side"
    assert [error["field"] for error in items[5]["problem"]["errors"]] == ["choice"]
    assert [item["proposal"] for item in items[5:10]] == [str(other), "pas-un-uuid", None, None, None]
    assert all(("vote" in item) != ("problem" in item) for item in items)
    assert votes(database) == 2


def test_every_vote_of_a_batch_is_counted_by_what_became_of_it(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal
) -> None:
    def counted(*outcomes: str) -> list[float]:
        labels = [
            {"service": "consultation", "owner": "coalition", "outcome": outcome} for outcome in outcomes
        ]
        return [REGISTRY.get_sample_value("maillage_batched_votes_total", label) or 0 for label in labels]

    outcomes = ("cast", "proposal.unknown", "request.invalid", "vote.qualifier_of_other_side")
    before, proposal = counted(*outcomes), str(make_proposal())
    send(
        client,
        voters.visitor(),
        {"proposal": proposal, "choice": "agree"},
        {"proposal": str(uuid7()), "choice": "agree"},
        {"proposal": str(uuid7()), "choice": "agree"},
        {"proposal": proposal, "choice": "agree", "qualifiers": ["noWay"]},
        {"choice": "agree"},
    )
    after = counted(*outcomes)
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 2, 1, 1]


def test_a_proposal_that_stands_twice_is_voted_on_twice_and_the_last_vote_holds(
    client: FlaskClient, voters: Voters, make_proposal: MakeProposal
) -> None:
    first, second = make_proposal(), make_proposal()
    answer = send(
        client,
        voters.visitor(),
        {"proposal": str(first), "choice": "agree", "qualifiers": ["likeIt"]},
        {"proposal": str(second), "choice": "agree"},
        {"proposal": str(first), "choice": "disagree"},
    )
    assert [item["status"] for item in answer.json["items"]] == [200, 200, 200]
    counted = tally(client, first)
    assert (counted["agree"], counted["disagree"], counted["qualifiers"]["likeIt"]) == (0, 1, 0)
    assert tally(client, second)["agree"] == 1


def test_a_batch_without_consent_casts_nothing_and_says_so_for_each(
    client: FlaskClient, tokens: Tokens, make_proposal: MakeProposal, database: Database
) -> None:
    items = [{"proposal": str(make_proposal()), "choice": "agree"} for _ in range(3)]
    answer = send(client, tokens.visitor(), *items)
    assert [item["problem"]["code"] for item in answer.json["items"]] == ["vote.consent_missing"] * 3
    assert votes(database) == 0


@pytest.mark.parametrize("batch", [{"votes": []}, {"votes": "agree"}, {}, {"votes": [{}] * 101}])
def test_a_batch_that_is_none_is_refused_whole(
    client: FlaskClient, voters: Voters, database: Database, batch: Any
) -> None:
    answer = client.post(PATH, json=batch, headers=voters.visitor())
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["votes"]  # type: ignore[index]
    assert votes(database) == 0


def test_a_batch_for_an_unknown_consultation_is_not_found(client: FlaskClient, voters: Voters) -> None:
    path = PATH.replace("vivre-mieux", "inconnue")
    body = {"votes": [{"proposal": str(uuid7()), "choice": "agree"}]}
    assert client.post(path, json=body, headers=voters.visitor()).status_code == 404


def test_a_batch_needs_somebody(client: FlaskClient, consultation: Consultation) -> None:
    assert send(client, {}, {"proposal": str(uuid7()), "choice": "agree"}).status_code == 401
