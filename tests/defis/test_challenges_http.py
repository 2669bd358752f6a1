"""Défis over HTTP: launching, entering at one's true stage, changing, ending."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

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
        ("themes", ["a" * 41]),
        ("themes", ["fêtes\nd’été"]),
        ("themes", [" "]),
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
