"""What the page of a défi shows, in one answer: the same as its parts, for each reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.defis.conftest import Api, Person

STATED = {"charter": "Adoptée.", "experiment": "Tenté.", "task": "Faite."}


def parts(defi: Api, who: Person | None) -> dict[str, Any]:
    """The overview, put together of what each address of its parts answers."""
    return {
        "defi": defi.get("", who),
        "outlook": defi.get("/gate", who),
        "meetings": defi.get("/meetings?limit=100", who),
        "timeline": defi.get("/timeline", who),
    }


def test_an_overview_is_what_its_parts_say_to_each_reader(
    defi: Api, anne: Person, bruno: Person, chloe: Person, ebv: Person, hold: Callable[[str], None]
) -> None:
    defi.join_core(bruno, anne)
    defi.pledge(chloe)
    first = defi.meet(anne, online_url="https://visio.example/1")
    hold(first)
    defi.put(f"/meetings/{first}/report", anne, minutes="Dit.", attendance=9)
    second = defi.meet(anne, online_url="https://visio.example/2")
    defi.put(f"/meetings/{second}/registration", chloe, name="Chloé")
    for who in (None, anne, bruno, chloe, ebv):
        assert defi.get("/overview", who) == parts(defi, who)
    assert defi.get("/overview")["outlook"]["conditions"][1]["have"] == 3
    addresses = {one["id"]: one["online_url"] for one in defi.get("/overview", chloe)["meetings"]["items"]}
    assert addresses == {first: None, second: "https://visio.example/2"}


def test_an_overview_of_what_waits_for_the_last_stage_tells_its_words_inside_only(
    publish: Callable[..., Api], anne: Person, chloe: Person
) -> None:
    defi = publish(entry_stage="creaction", entry_evidence="Oui.")
    defi.post("/gates", anne, 201, evidence=STATED)
    assert defi.get("/overview", anne) == parts(defi, anne)
    assert defi.get("/overview", anne)["outlook"]["undecided"]["evidence"] == STATED
    assert defi.get("/overview", chloe)["outlook"]["undecided"]["evidence"] is None


def test_a_draft_has_an_overview_for_its_porteur_alone(
    draft: Callable[..., Api], anne: Person, chloe: Person
) -> None:
    defi = draft()
    assert defi.get("/overview", anne)["defi"]["state"] == "draft"
    for who in (None, chloe):
        assert defi.get("/overview", who, 404)["code"] == "defi.unknown"


def test_a_defi_that_has_ended_has_no_stage_to_come(defi: Api, anne: Person) -> None:
    defi.post("/state", anne, action="pause")
    assert defi.get("/overview")["outlook"] is not None
    defi.post("/state", anne, action="resume")
    defi.post("/state", anne, action="abandon", reason="Faute de bras.")
    assert defi.get("/overview")["outlook"] is None
