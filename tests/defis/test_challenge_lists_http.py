"""Lists of défis over HTTP: found, in pages, one's own, counted, and what waits at the desk."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, text

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from tests.defis.conftest import BASE, Api, Person

Make = Callable[..., Api]


def found(client: FlaskClient, **query: Any) -> list[str]:
    answer = client.get(f"{BASE}/defis", query_string=query)
    assert answer.status_code == 200, answer.json
    return [item["id"] for item in answer.json["items"]]


def test_defis_are_found_by_place_theme_stage_kind_state_and_origin(
    client: FlaskClient, publish: Make, draft: Make, anne: Person
) -> None:
    proposal = str(uuid7())
    cafe = publish(origin={"kind": "proposal", "owner": "coalition", "id": proposal}).id
    other = {"kind": "metropole", "themes": ["nature"], "entry_stage": "creaction", "entry_evidence": "Oui."}
    garden = publish(**other).id
    draft()
    assert found(client) == [garden, cafe]
    assert found(client, commune="26362") == [garden, cafe]
    assert found(client, commune="26363") == []
    assert found(client, departement="26") == [garden, cafe]
    assert found(client, theme="tricot") == found(client, kind="rural") == [cafe]
    assert found(client, stage="creaction") == found(client, theme="nature") == [garden]
    assert found(client, origin=proposal) == [cafe]
    assert found(client, sort="oldest") == [cafe, garden]
    assert found(client, sort="active") == [garden, cafe]
    Api(client, cafe).post("/state", anne, action="abandon")
    assert found(client) == [garden]
    assert found(client, state="abandoned") == [cafe]


def test_defis_are_found_by_their_ids_however_they_ended_but_never_before_they_are_public(
    client: FlaskClient, publish: Make, draft: Make, anne: Person
) -> None:
    cafe, garden, other = publish(), publish(), publish()
    unpublished = draft()
    cafe.post("/state", anne, action="abandon")
    ids = [cafe.id, garden.id, unpublished.id, str(uuid7())]
    assert found(client, id=ids) == [garden.id, cafe.id]
    assert found(client, id=other.id) == [other.id]
    assert found(client, id=ids, state="published") == [garden.id]
    assert client.get(f"{BASE}/defis", query_string={"id": ids * 13}).status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "title; DROP TABLE defi"},
        {"sort": "id"},
        {"state": "draft"},
        {"state": "submitted"},
        {"commune": "26362' OR 1=1"},
        {"limit": "1000"},
        {"stage": "x"},
    ],
)
def test_a_list_takes_no_other_word_than_those_it_knows(client: FlaskClient, query: dict[str, str]) -> None:
    assert client.get(f"{BASE}/defis", query_string=query).status_code == 422


def test_lists_come_a_page_at_a_time_in_every_order(client: FlaskClient, publish: Make, tokens: Any) -> None:
    made = [publish(tokens.account()).id for _ in range(5)]
    for sort, expected in (("newest", made[::-1]), ("oldest", made), ("active", made[::-1])):
        seen, cursor = list[str](), None
        while True:
            query = {"sort": sort, "limit": 2} | ({"cursor": cursor} if cursor else {})
            answer = client.get(f"{BASE}/defis", query_string=query).json
            seen += [item["id"] for item in answer["items"]]
            cursor = answer["next"]
            if cursor is None:
                break
        assert seen == expected
    first = client.get(f"{BASE}/defis?limit=2&sort=newest").json["next"]
    assert client.get(f"{BASE}/defis", query_string={"sort": "oldest", "cursor": first}).status_code == 400


def test_ones_own_defis_are_listed_with_ones_part_in_them(
    client: FlaskClient, publish: Make, draft: Make, anne: Person, bruno: Person
) -> None:
    mine, other = draft(), publish()
    other.post("/membership", bruno, 201, name="Bruno")
    own = client.get(f"{BASE}/me/defis", headers=anne.headers).json["items"]
    assert [(item["id"], item["role"], item["state"]) for item in own] == [
        (other.id, "porteur", "published"),
        (mine.id, "porteur", "draft"),
    ]
    own = client.get(f"{BASE}/me/defis", headers=bruno.headers).json["items"]
    assert [(item["id"], item["membership"]) for item in own] == [(other.id, "requested")]


def test_the_summary_counts_what_is_public(client: FlaskClient, publish: Make, draft: Make) -> None:
    publish()
    publish(kind=None, themes=["energie", "tricot", "macrame"])
    draft()
    assert client.get(f"{BASE}/summary").json == {
        "total": 2,
        "states": {"published": 2},
        "stages": {"informaction": 2},
        "kinds": {"rural": 1, "unknown": 1},
        "departements": {"26": 2},
        "themes": {"energie": 1, "lien-social": 1, "other": 2},
    }


def test_the_worklist_holds_what_waits_and_leaves_out_what_one_is_part_of(
    client: FlaskClient, draft: Make, publish: Make, anne: Person, bruno: Person, ebv: Person, tokens: Any
) -> None:
    waiting = draft()
    waiting.post("/submission", anne)
    colleague = tokens.account(("ebv", "operator:op1"))
    own = draft(colleague)
    own.post("/submission", colleague)
    asking = publish(entry_stage="creaction", entry_evidence="Oui.")
    since = asking.post("/membership", bruno, 201, name="Bruno")["asked_at"]
    stated = {"charter": "Adoptée.", "experiment": "Trois samedis.", "task": "Peindre."}
    gate = asking.post("/gates", anne, 201, evidence=stated)["id"]

    def desk(who: Person) -> dict[str, Any]:
        return client.get(f"{BASE}/accompaniment/worklist", headers=who.headers).json

    work = desk(ebv)
    assert [item["id"] for item in work["submitted"]] == [waiting.id, own.id]
    assert [(item["id"], item["gate"]["id"]) for item in work["gates"]] == [(asking.id, gate)]
    unanswered = [(item["id"], item["waiting"], item["since"]) for item in work["requests"]]
    assert unanswered == [(asking.id, 1, since)]
    assert (work["unanswered_requests"], work["silent"]) == (1, 0)
    assert [item["id"] for item in desk(colleague)["submitted"]] == [waiting.id]
    elsewhere = desk(tokens.account(("ebv", "territory:75")))
    assert elsewhere == {
        "submitted": [],
        "gates": [],
        "without_porteur": [],
        "requests": [],
        "silent": 0,
        "unanswered_requests": 0,
    }


def test_defis_in_which_nothing_happened_for_long_come_to_the_desk(
    client: FlaskClient, publish: Make, ebv: Person, database: Database
) -> None:
    silent, _ = publish(), publish()
    with database.transaction() as session:
        session.execute(
            text("UPDATE defi SET changed_at = now() - interval '31 days' WHERE id = :id"), {"id": silent.id}
        )
    answer = client.get(f"{BASE}/accompaniment/defis?silent=true", headers=ebv.headers).json
    assert [item["id"] for item in answer["items"]] == [silent.id]
    everything = client.get(f"{BASE}/accompaniment/defis", headers=ebv.headers).json["items"]
    assert everything[0]["id"] == silent.id
    assert len(everything) == 2


def statements(database: Database, work: Callable[[], Any]) -> int:
    """How many statements `work` sends to the database, connections' own tests aside."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    work()
    event.remove(database.engine, "before_cursor_execute", note)
    return len(sent)


def test_a_page_costs_a_handful_of_statements_however_long_it_is(
    client: FlaskClient, database: Database, publish: Make, anne: Person, bruno: Person, tokens: Any
) -> None:
    for _ in range(6):
        defi = publish(tokens.account())
        defi.pledge(bruno)
    paths = {
        "/defis": 2,
        "/me/defis": 2,
        f"/defis/{defi.id}": 3,
        f"/defis/{defi.id}/overview": 9,
        f"/defis/{defi.id}/meetings": 5,
        f"/defis/{defi.id}/timeline": 3,
        f"/defis/{defi.id}/pledges": 3,
        f"/defis/{defi.id}/gate": 5,
    }
    for path, most in paths.items():
        count = statements(database, lambda path=path: client.get(f"{BASE}{path}", headers=bruno.headers))
        assert 0 < count <= most, (path, count)
