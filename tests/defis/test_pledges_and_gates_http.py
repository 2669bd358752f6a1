"""Pledges and gates over HTTP: who reads what, what is missing, refusals, appeals."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from libs.chassis.db import Database
from tests.defis.conftest import Api, Person, Tokens

Told = Callable[[Person], list[str]]
STATED = {"charter": "Adoptée.", "experiment": "Trois samedis.", "task": "Peindre."}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "money"}, "amount_cents"),
        ({"amount_cents": 500}, "amount_cents"),
        ({"kind": "money", "amount_cents": 0}, "amount_cents"),
        ({"kind": "money", "amount_cents": 12.5}, "amount_cents"),
        ({"hours": 3}, "hours"),
        ({"valid_until": "2020-01-01"}, "valid_until"),
        ({"kind": "love"}, "kind"),
        ({"description": " "}, "description"),
        ({"name": None}, "name"),
        ({"state": "accepted"}, "state"),
    ],
)
def test_a_pledge_that_does_not_hold_together_is_refused_by_field(
    defi: Api, bruno: Person, changes: dict[str, Any], field: str
) -> None:
    given = {"kind": "skill", "description": "Souder", "name": "Bruno"} | changes
    refused = defi.post("/pledges", bruno, 422, **given)
    assert [error["field"] for error in refused["errors"]] == [field]
    assert defi.get()["figures"]["pledges"] == {}


def test_pledges_are_read_by_the_group_and_counted_for_everybody(
    defi: Api, anne: Person, bruno: Person, chloe: Person, ebv: Person, told: Told
) -> None:
    money = defi.pledge(bruno, kind="money", amount_cents=5000, name="Bruno", contact="06")
    defi.pledge(chloe, kind="time", hours=4)

    def seen(who: Person) -> list[tuple[str, str | None]]:
        return [(item["kind"], item["contact"]) for item in defi.get("/pledges", who)["items"]]

    assert seen(anne) == seen(ebv) == [("money", None), ("time", None)]
    assert seen(bruno) == [("money", "06")]
    defi.post(f"/pledges/{money}/decision", chloe, 404, decision="accept")
    accepted = defi.post(f"/pledges/{money}/decision", anne, decision="accept")
    assert (accepted["contact"], accepted["decisions"]) == ("06", ["fulfil", "lapse"])
    assert seen(ebv)[0] == ("money", None)
    figures = defi.get()["figures"]
    assert (figures["pledges"], figures["pledged_cents"], figures["committed"]) == (
        {"money": 1, "time": 1},
        5000,
        3,
    )
    defi.post(f"/pledges/{money}/decision", bruno, decision="withdraw")
    assert defi.get()["figures"]["pledged_cents"] == 0
    assert told(anne)[1:] == ["defi.pledge_offered"] * 2 + ["defi.pledge_withdrawn"]
    assert told(bruno) == ["defi.pledge_accepted"]


def test_somebody_who_gives_twice_and_is_of_the_core_group_counts_once(
    defi: Api, anne: Person, bruno: Person, chloe: Person
) -> None:
    defi.join_core(bruno, anne)
    defi.join(chloe, anne)
    for _ in range(2):
        defi.pledge(bruno)
    outlook = defi.get("/gate")
    assert outlook["conditions"][1] == {"code": "committed", "have": 2, "need": 5, "met": False}


def test_what_is_missing_is_said_in_the_language_of_the_reader(defi: Api, anne: Person) -> None:
    headers = anne.headers | {"Accept-Language": "en"}
    answer = defi.client.post(f"/api/territories/op1/v1/defis/{defi.id}/gates", json={}, headers=headers)
    assert answer.status_code == 409
    assert answer.json["errors"] == [
        {"field": "debates", "detail": "At least one debate must be held and reported."},
        {"field": "committed", "detail": "People committed: 1 of the 5 it takes."},
    ]


def test_a_gathering_or_a_debate_not_reported_is_no_debate(
    defi: Api, anne: Person, hold: Callable[[str], None]
) -> None:
    gathering, debate = defi.meet(anne, kind="gathering"), defi.meet(anne)
    hold(gathering)
    hold(debate)
    defi.put(f"/meetings/{gathering}/report", anne, minutes="Dit.", attendance=9)
    assert defi.get("/gate")["conditions"][0]["have"] == 0
    defi.put(f"/meetings/{debate}/report", anne, minutes="Dit.", attendance=9)
    assert defi.get("/gate")["conditions"][0]["met"]


def test_the_last_stage_asks_for_what_was_done_in_writing(
    publish: Callable[..., Api], anne: Person, ebv: Person
) -> None:
    defi = publish(entry_stage="creaction", entry_evidence="Oui.")
    refused = defi.post("/gates", anne, 409, evidence={"charter": "Adoptée."})
    assert [error["field"] for error in refused["errors"]] == ["experiment", "task"]
    defi.post("/gates", anne, 422, evidence={"chart": "Adoptée."})
    gate = defi.post("/gates", anne, 201, evidence=STATED)
    assert gate["evidence"] == STATED
    assert defi.get("/gate")["undecided"]["evidence"] is None
    assert defi.get("/gate", ebv)["undecided"]["evidence"] == STATED
    assert all(one["met"] for one in defi.get("/gate")["conditions"])
    defi.post(f"/gates/{gate['id']}/decision", ebv, decision="confirm")
    assert defi.get("/gate") == {"stage": None, "conditions": [], "undecided": None}
    assert defi.post("/gates", anne, 409)["code"] == "gate.last_stage"


def test_conditions_must_still_hold_when_the_ebv_confirms(
    defi: Api, anne: Person, ebv: Person, tokens: Tokens, hold: Callable[[str], None]
) -> None:
    debate = defi.meet(anne)
    hold(debate)
    defi.put(f"/meetings/{debate}/report", anne, minutes="Dit.", attendance=9)
    givers = [tokens.account() for _ in range(4)]
    pledges = [defi.pledge(giver) for giver in givers]
    gate = defi.post("/gates", anne, 201)["id"]
    defi.post(f"/pledges/{pledges[0]}/decision", givers[0], decision="withdraw")
    refused = defi.post(f"/gates/{gate}/decision", ebv, 409, decision="confirm")
    assert [error["field"] for error in refused["errors"]] == ["committed"]
    defi.pledge(givers[0])
    assert defi.post(f"/gates/{gate}/decision", ebv, decision="confirm")["state"] == "confirmed"


def test_a_refusal_says_why_and_is_appealed_to_somebody_else_at_the_operator(
    publish: Callable[..., Api],
    anne: Person,
    bruno: Person,
    ebv: Person,
    staff: Person,
    tokens: Tokens,
    told: Told,
) -> None:
    defi = publish(entry_stage="creaction", entry_evidence="Oui.")
    defi.join(bruno, anne)
    gate = defi.post("/gates", anne, 201, evidence=STATED)["id"]
    decide = f"/gates/{gate}/decision"
    assert defi.post(decide, staff, 422, decision="refuse")["errors"][0]["field"] == "reasons"
    assert (
        defi.post(decide, staff, 422, decision="confirm", reasons=["other"])["errors"][0]["field"]
        == "reasons"
    )
    refused = defi.post(decide, staff, decision="refuse", reasons=["safety", "safety"], note="La toiture.")
    assert (refused["reasons"], refused["note"]) == (["safety"], "La toiture.")
    assert told(anne)[-1] == "defi.gate_refused"
    assert "defi.gate_refused" not in told(bruno)
    assert defi.post(f"/gates/{gate}/appeal", anne, appeal="Elle est réparée.")["state"] == "appealed"
    assert defi.post("/gates", anne, 409, evidence=STATED)["code"] == "gate.undecided"
    assert defi.post(decide, ebv, 403, decision="confirm")["code"] == "access.operator"
    assert defi.post(decide, staff, 403, decision="confirm")["code"] == "gate.own_refusal"
    other = tokens.account(("operator_staff", "operator:op1"))
    assert defi.post(decide, other, decision="uphold", note="Toujours pas.")["state"] == "upheld"
    assert told(anne)[-1] == "defi.gate_upheld"
    assert defi.post("/gates", anne, 201, evidence=STATED)["state"] == "asked"
    assert [one["state"] for one in defi.get("/gates", bruno)["items"]] == ["asked", "upheld"]


def test_nothing_is_decided_about_a_defi_that_is_paused(
    publish: Callable[..., Api], anne: Person, ebv: Person, database: Database
) -> None:
    defi = publish(entry_stage="creaction", entry_evidence="Oui.")
    gate = defi.post("/gates", anne, 201, evidence=STATED)["id"]
    defi.post("/state", anne, action="pause")
    assert defi.post(f"/gates/{gate}/decision", ebv, 409, decision="confirm")["code"] == "defi.paused"
    with database.transaction() as session:
        assert session.scalar(text("SELECT stage FROM defi")) == "creaction"
