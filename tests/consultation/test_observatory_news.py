"""The observatory: what operators tell of their défis, counted and listed for everybody."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from libs.contracts.event import Event
from services.consultation.observatory.models import ObservedDefi
from services.consultation.observatory.rules import Group, count, known_themes
from tests.consultation.operators import NOW, Operators, closed, passed, published

PATH = "/api/consultation/v1/observatory"


def counts(client: FlaskClient, query: str = "") -> dict[str, Any]:
    answer = client.get(f"{PATH}{query}")
    assert answer.status_code == 200
    assert answer.json is not None
    return dict(answer.json)


def listed(client: FlaskClient, query: str = "") -> list[str]:
    answer = client.get(f"{PATH}/defis{query}")
    assert answer.json is not None
    assert answer.status_code == 200, answer.json
    return [item["id"] for item in answer.json["items"]]


def test_an_empty_observatory_counts_zero_of_everything(client: FlaskClient) -> None:
    shown = counts(client)
    assert shown["running"] == 0
    assert shown["stages"] == {"informaction": 0, "creaction": 0, "activaction": 0}
    assert shown["kinds"] == {"rural": 0, "pavillonnaire": 0, "petite_ville": 0, "metropole": 0, "unknown": 0}
    assert (shown["themes"], shown["operators"], listed(client)) == ([], [], [])


def test_defis_of_all_operators_are_counted_by_stage_theme_kind_and_operator(
    client: FlaskClient, operators: Operators
) -> None:
    moving, ending = uuid7(), uuid7()
    operators.tell(published(moving), ago=50)
    operators.tell(passed(moving), sequence=2, ago=40)
    operators.tell(published(ending), ago=50)
    operators.tell(closed(ending), sequence=2, ago=30)
    operators.tell(published(kind=None, themes=["energie"]), operator="op2", ago=9)
    shown = counts(client)
    assert shown["running"] == 2
    assert shown["stages"] == {"informaction": 1, "creaction": 1, "activaction": 0}
    assert (shown["kinds"]["metropole"], shown["kinds"]["unknown"], shown["kinds"]["rural"]) == (1, 1, 0)
    assert shown["themes"] == [{"theme": "energie", "defis": 2}, {"theme": "sante", "defis": 1}]
    assert shown["outcomes"] == {"completed": 1, "abandoned": 0, "archived": 0}
    assert [(one["operator"], one["defis"], one["since"]) for one in shown["operators"]] == [
        ("op1", 1, "2026-11-21T11:30:00+00:00"),
        ("op2", 1, "2026-11-21T11:51:00+00:00"),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_facts_in_any_order_and_repeated_end_with_the_same_summary(
    database: Database, operators: Operators, order: tuple[int, ...]
) -> None:
    defi, origin = uuid7(), uuid7()
    told: list[tuple[Event, int]] = [
        (published(defi, origin_kind="proposal", origin_owner="coalition", origin_id=origin), 30),
        (passed(defi), 20),
        (closed(defi, "activaction"), 10),
    ]
    for rank in order:
        event, ago = told[rank]
        message = operators.tell(event, sequence=rank + 1, ago=ago)
        operators.inbox.receive([message])
        operators.tell(
            event, sequence=rank + 1, ago=ago
        )  # the same fact under another id, as a replay may be
    with database.transaction() as session:
        row = session.scalars(select(ObservedDefi)).one()
        failed = session.scalar(text("SELECT count(*) FROM inbox WHERE status <> 'done'"))
    assert (row.operator, row.id, row.stage, row.outcome) == ("op1", defi, "activaction", "completed")
    assert (row.commune, row.kind, row.themes, row.sequence) == ("26363", "metropole", ["sante"], 3)
    assert (row.origin_kind, row.origin_owner, row.origin_id) == ("proposal", "coalition", origin)
    assert row.published_at == NOW - timedelta(minutes=30)
    assert row.news_at == NOW - timedelta(minutes=10)
    assert failed == 0


def test_one_operator_cannot_change_what_another_told(client: FlaskClient, operators: Operators) -> None:
    defi = uuid7()
    operators.tell(published(defi))
    operators.tell(closed(defi), operator="op2", sequence=9)
    shown = counts(client)
    assert shown["running"] == 1
    assert [(one["operator"], one["defis"]) for one in shown["operators"]] == [("op1", 1), ("op2", 0)]


def test_what_an_operator_says_in_its_own_words_is_not_shown(
    client: FlaskClient, operators: Operators, database: Database
) -> None:
    operators.tell(published(commune="<b>", kind="chez Paul", themes=["sante", "Écrire à Paul", "sante"]))
    operators.tell(published(stage="chez Paul"))
    answer = client.get(f"{PATH}/defis").json
    assert answer is not None
    (item,) = answer["items"]
    assert (item["commune"], item["kind"], item["themes"]) == (None, None, ["sante"])
    with database.transaction() as session:
        reasons = session.scalars(text("SELECT reason FROM inbox WHERE reason IS NOT NULL")).all()
    assert reasons == ["not one of informaction, creaction, activaction"]


def test_the_list_is_narrowed_by_each_of_its_conditions_and_by_several(
    client: FlaskClient, operators: Operators
) -> None:
    here, there = uuid7(), uuid7()
    operators.tell(published(here))
    operators.tell(
        published(there, stage="creaction", commune="2A004", kind="metropole", themes=["sante", "energie"]),
        operator="op2",
    )
    assert listed(client) == [str(there), str(here)]
    for query in ("stage=creaction", "theme=sante", "kind=metropole", "commune=2A004", "operator=op2"):
        assert listed(client, f"?{query}") == [str(there)], query
    assert listed(client, "?theme=energie&kind=rural") == [str(here)]
    assert listed(client, "?theme=sante&kind=rural") == []
    assert listed(client, "?departement=2A") == [str(there)]
    operators.tell(closed(here), sequence=2)
    assert listed(client, "?state=running") == [str(there)]
    assert listed(client, "?state=completed") == [str(here)]
    assert listed(client, "?state=abandoned") == []


def test_counts_are_by_departement_and_narrowed_while_the_last_news_stays(
    client: FlaskClient, operators: Operators
) -> None:
    for commune in ("26362", "26363", "2A004", "97411", "<b>"):
        operators.tell(published(commune=commune), ago=9)
    operators.tell(closed(uuid7()), ago=3)
    operators.tell(published(commune="26362", kind="metropole", themes=["sante"]), operator="op2", ago=5)
    assert counts(client)["departements"] == {"26": 3, "2A": 1, "974": 1, "unknown": 1}
    narrowed = counts(client, "?kind=rural&theme=energie&departement=26")
    assert (narrowed["running"], narrowed["departements"]) == (2, {"26": 2})
    assert narrowed["outcomes"]["completed"] == 0
    assert [(one["operator"], one["defis"], one["since"]) for one in narrowed["operators"]] == [
        ("op1", 2, "2026-11-21T11:57:00+00:00"),
        ("op2", 0, "2026-11-21T11:55:00+00:00"),
    ]


def test_the_list_comes_in_pages_that_skip_and_repeat_nothing(
    client: FlaskClient, operators: Operators
) -> None:
    twice = uuid7()
    for operator in ("op1", "op2"):
        operators.tell(published(twice), operator=operator)
    others = [uuid7() for _ in range(3)]
    for defi in others:
        operators.tell(published(defi))
    seen, cursor = [], ""
    while True:
        answer = client.get(f"{PATH}/defis?limit=2{cursor}").json
        assert answer is not None
        seen += [(item["id"], item["operator"]) for item in answer["items"]]
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"
    ends = [(str(twice), "op2"), (str(twice), "op1")]
    assert seen == [(str(defi), "op1") for defi in reversed(others)] + ends


@pytest.mark.parametrize(
    "query", ["stage=fin", "kind=ville", "commune=Valence", "departement=97", "state=x", "limit=0"]
)
def test_conditions_that_are_none_are_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"{PATH}/defis?{query}").status_code == 422


def test_a_cursor_of_another_list_is_refused(client: FlaskClient) -> None:
    assert client.get(f"{PATH}/defis?cursor=WyJjYXVzZXMiLDEsMl0").status_code == 400


def test_anyone_reads_the_observatory_and_nobody_writes_it(client: FlaskClient) -> None:
    for path in (PATH, f"{PATH}/defis"):
        assert client.get(path).status_code == 200
        assert client.post(path, json={}).status_code == 405


def test_ended_defis_count_only_by_how_they_ended() -> None:
    counted = count(
        [
            Group("op1", "creaction", "rural", None, 3, NOW),
            Group("op1", "creaction", None, "abandoned", 2, NOW + timedelta(hours=1)),
        ]
    )
    assert (counted.running, counted.stages["creaction"], counted.kinds["unknown"]) == (3, 3, 0)
    assert counted.outcomes["abandoned"] == 2
    assert counted.operators[0].since == NOW + timedelta(hours=1)


def test_themes_are_codes_each_once_and_at_most_twenty() -> None:
    assert known_themes(["b", "a", "b", "", "À", "x" * 41]) == ["b", "a"]
    assert len(known_themes([f"t{n}" for n in range(30)])) == 20
