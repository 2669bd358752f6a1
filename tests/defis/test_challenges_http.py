"""Défis over HTTP: launching, entering at one's true stage, changing, finding."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, text

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from services.defis.challenges.rules import TRANSITIONS
from tests.defis.conftest import BASE, DRAFT, Api, Person

Make = Callable[..., Api]


def fields(problem: dict[str, Any]) -> dict[str, str]:
    return {error["field"]: error["detail"] for error in problem["errors"]}


def test_an_empty_draft_is_told_each_thing_that_is_missing(client: FlaskClient, anne: Person) -> None:
    draft = client.post(f"{BASE}/defis", json={}, headers=anne.headers)
    assert draft.status_code == 201
    refused = Api(client, draft.json["id"]).post("/submission", anne, 422)
    assert refused["code"] == "defi.incomplete"
    assert fields(refused) == {
        "problem": "Dites à quel problème vous vous attaquez.",
        "commune": "Dites dans quelle commune.",
        "first_date": "Donnez une première date.",
    }


def test_problem_commune_and_date_suffice_and_the_problem_serves_as_title(
    client: FlaskClient, anne: Person, ebv: Person
) -> None:
    problem = "Le dernier café du village a fermé, et les habitants ne se croisent plus que devant l’école."
    body = {name: DRAFT[name] for name in ("commune", "first_date")} | {"problem": problem}
    defi = Api(client, client.post(f"{BASE}/defis", json=body, headers=anne.headers).json["id"])
    defi.post("/submission", anne)
    shown = defi.post("/decision", ebv, decision="publish")
    assert shown["title"] == "Le dernier café du village a fermé, et les habitants ne se croisent plus que …"
    assert (shown["kind"], shown["themes"], shown["departement"]) == (None, [], "26")


def test_an_initiative_enters_at_its_true_stage_on_evidence_that_the_ebv_confirms(
    draft: Make, anne: Person, ebv: Person
) -> None:
    defi = draft(entry_stage="activaction")
    assert fields(defi.post("/submission", anne, 422)) == {
        "entry_evidence": "Dites ce qui est déjà fait, pour que l’EBV puisse confirmer cette étape."
    }
    defi.patch("", anne, entry_evidence="Ouvert depuis deux ans.")
    defi.post("/submission", anne)
    assert defi.post("/decision", ebv, 422, decision="publish")["code"] == "decision.stage_missing"
    shown = defi.post("/decision", ebv, decision="publish", stage="creaction")
    assert (shown["stage"], shown["entry"]["stage"]) == ("creaction", "activaction")
    assert defi.get()["entry"] is None


def test_nobody_enters_later_than_they_asked(draft: Make, anne: Person, ebv: Person) -> None:
    defi = draft()
    defi.post("/submission", anne)
    refused = defi.post("/decision", ebv, 422, decision="publish", stage="creaction")
    assert refused["code"] == "decision.stage_beyond"


def test_a_refusal_has_a_reason_that_the_porteur_reads_and_is_told(
    draft: Make, anne: Person, ebv: Person, told: Callable[[Person], list[str]]
) -> None:
    defi = draft()
    defi.post("/submission", anne)
    assert list(fields(defi.post("/decision", ebv, 422, decision="refuse"))) == ["reason"]
    assert list(fields(defi.post("/decision", ebv, 422, decision="publish", reason="test"))) == ["reason"]
    defi.post("/decision", ebv, decision="refuse", reason="one_beneficiary", note="Qui d’autre ?")
    assert defi.get("", anne)["refusal"] == {"reason": "one_beneficiary", "note": "Qui d’autre ?"}
    assert told(anne) == ["defi.refused"]


def test_an_ebv_of_another_place_knows_nothing_of_what_waits(draft: Make, anne: Person, tokens: Any) -> None:
    defi = draft()
    defi.post("/submission", anne)
    for scope in ("territory:27", "territory:2636", "territory:26364", "operator:op2"):
        defi.get("", tokens.account(("ebv", scope)), 404)
    for scope in ("territory:26", "territory:26362", "operator:op1"):
        assert defi.get("", tokens.account(("ebv", scope)))["accompanies"]


def test_once_published_its_words_change_and_its_place_does_not(defi: Api, anne: Person) -> None:
    assert defi.patch("", anne, title="Un café pour tous", beneficiaries="Tout le village")["title"]
    refused = defi.patch(
        "", anne, 403, commune={"code": "26000", "name": "Ailleurs"}, first_date="2027-02-01"
    )
    assert sorted(fields(refused)) == ["commune", "first_date"]
    assert list(fields(defi.patch("", anne, 422, problem=None))) == ["problem"]
    assert defi.get()["commune"] == {"code": "26362", "name": "Valence"}


def test_a_draft_can_be_deleted_and_a_published_defi_cannot(draft: Make, defi: Api, anne: Person) -> None:
    other = draft()
    other.delete("", anne)
    other.get("", anne, 404)
    defi.delete("", anne, 409)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("commune", {"code": "2636", "name": "Valence"}),
        ("commune", {"code": "2C004", "name": "Ajaccio"}),
        ("commune", {"code": "26362"}),
        ("kind", "village"),
        ("themes", ["lien social"]),
        ("themes", ["a-a", "b-b", "c-c", "d-d", "e-e", "f-f"]),
        ("first_date", "demain"),
        ("title", "x" * 121),
        ("title", "a\x00b"),
        ("problem", 7),
        ("entry_stage", "action"),
        ("origin", {"kind": "proposal"}),
        ("origin", {"kind": "none", "owner": "coalition", "id": str(uuid7())}),
        ("owner", "op2"),
        ("state", "published"),
    ],
)
def test_what_does_not_fit_is_refused_by_field_and_changes_nothing(
    client: FlaskClient, database: Database, anne: Person, field: str, value: Any
) -> None:
    answer = client.post(f"{BASE}/defis", json=DRAFT | {field: value}, headers=anne.headers)
    assert answer.status_code == 422
    assert all(error["field"].startswith(field) for error in answer.json["errors"])
    with database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM defi")) == 0


def test_only_a_completed_defi_is_replicated_here_and_others_are_taken_on_trust(
    client: FlaskClient, publish: Make, draft: Make, anne: Person
) -> None:
    model = publish()
    here = {"kind": "defi", "owner": "op1", "id": model.id}
    refused = client.post(f"{BASE}/defis", json=DRAFT | {"origin": here}, headers=anne.headers)
    assert (refused.status_code, refused.json["code"]) == (422, "defi.origin")
    model.post("/state", anne, action="complete")
    assert draft(origin=here).get("", anne)["origin"] == here
    there = {"kind": "proposal", "owner": "coalition", "id": str(uuid7())}
    assert draft(origin=there).get("", anne)["origin"] == there


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


def test_what_a_caller_may_do_is_said_with_the_defi(
    draft: Make, anne: Person, ebv: Person, bruno: Person
) -> None:
    defi = draft()
    assert defi.get("", anne)["actions"] == ["submit"]
    defi.post("/submission", anne)
    assert defi.get("", ebv)["actions"] == ["publish", "refuse"]
    defi.post("/decision", ebv, decision="publish")
    assert defi.get("", anne)["actions"] == ["pause", "complete", "abandon"]
    assert defi.get("", ebv)["actions"] == ["pause", "archive"]
    assert defi.get("", bruno)["actions"] == defi.get()["actions"] == []


def test_a_person_begins_ten_defis_a_day_at_most(draft: Make, client: FlaskClient, anne: Person) -> None:
    for _ in range(10):
        draft()
    answer = client.post(f"{BASE}/defis", json=DRAFT, headers=anne.headers)
    assert (answer.status_code, answer.json["code"]) == (429, "limit.reached")


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


def test_a_defi_that_was_refused_is_published_by_nobody(
    draft: Callable[..., Api], anne: Person, ebv: Person, staff: Person
) -> None:
    defi = draft()
    defi.post("/submission", anne)
    defi.post("/decision", ebv, decision="refuse", reason="test")
    for who in (ebv, staff):
        refused = defi.post("/decision", who, 409, decision="publish")
        assert refused["code"].startswith("defi.")
    assert defi.get("", anne)["state"] == "refused"


ARROWS = {
    ("draft", "submit", "submitted"),
    ("submitted", "publish", "published"),
    ("submitted", "refuse", "refused"),
    ("published", "pause", "paused"),
    ("paused", "resume", "published"),
    *(
        (state, action, end)
        for state in ("published", "paused")
        for action, end in (("complete", "completed"), ("abandon", "abandoned"), ("archive", "archived"))
    ),
}


def test_a_defi_moves_along_these_arrows_and_no_other() -> None:
    assert {(state, action, end) for (state, action), end in TRANSITIONS.items()} == ARROWS
