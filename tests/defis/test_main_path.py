"""The main path of a défi over HTTP: from the draft to the confirmed gate, the refused ones included."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from tests.defis.conftest import BASE, Api, Person


def test_from_the_form_to_the_confirmed_gate(
    client: FlaskClient,
    draft: Callable[..., Api],
    anne: Person,
    ebv: Person,
    tokens: Any,
    hold: Callable[[str], None],
    events: Callable[..., list[tuple[str, dict[str, Any]]]],
    told: Callable[[Person], list[str]],
) -> None:
    defi = draft()
    assert defi.post("/submission", anne)["state"] == "submitted"
    assert defi.post("/decision", ebv, decision="publish")["stage"] == "informaction"

    refused = defi.post("/gates", anne, 409)
    assert refused["code"] == "gate.conditions_missing"
    assert {error["field"]: error["detail"] for error in refused["errors"]} == {
        "debates": "Au moins un débat doit avoir été tenu, avec son compte rendu.",
        "committed": "Personnes engagées\u00a0: 1 sur les 5 qu’il faut.",
    }

    members = [tokens.account() for _ in range(2)]
    for member in members:
        defi.join(member, anne)
    givers = [members[0], *(tokens.account() for _ in range(3))]
    for giver in givers:
        defi.pledge(giver)
    debate = defi.meet(anne)
    hold(debate)
    defi.put(f"/meetings/{debate}/report", anne, minutes="Nous étions douze.", attendance=12)

    outlook = defi.get("/gate")
    assert outlook["stage"] == "creaction"
    assert [(one["code"], one["have"], one["need"], one["met"]) for one in outlook["conditions"]] == [
        ("debates", 1, 1, True),
        ("committed", 5, 5, True),
    ]
    gate = defi.post("/gates", anne, 201)["id"]
    assert defi.post(f"/gates/{gate}/decision", ebv, decision="refuse", reasons=["report_too_thin"])[
        "reasons"
    ]
    assert told(anne)[-1] == "defi.gate_refused"
    gate = defi.post("/gates", anne, 201)["id"]
    defi.post(f"/gates/{gate}/decision", ebv, decision="confirm")
    assert defi.get()["stage"] == "creaction"
    assert told(anne)[-1] == told(members[1])[-1] == "defi.gate_confirmed"
    assert [name for name, _ in events()] == [
        "published",
        *["member_joined"] * 2,
        *["pledge_offered"] * 4,
        "meeting_scheduled",
        "stage_changed",
    ]
    listed = client.get(f"{BASE}/defis?commune=26362&theme=tricot&stage=creaction").json["items"]
    assert [item["id"] for item in listed] == [defi.id]
    assert listed[0]["figures"]["committed"] == 5


def test_events_name_no_person_and_carry_no_text(
    publish: Callable[..., Api],
    anne: Person,
    bruno: Person,
    chloe: Person,
    ebv: Person,
    events: Callable[..., list[tuple[str, dict[str, Any]]]],
) -> None:
    defi = publish(problem="Secret problème", themes=["tricot-chez-moi", "energie"])
    defi.join(bruno, anne, name="Bruno Secret")
    defi.pledge(chloe, description="Mon secret", name="Chloé Secret", contact="06 secret")
    defi.meet(anne, title="Titre secret", place="Lieu secret", agenda="Ordre secret")
    defi.post("/state", anne, action="complete", reason="Raison secrète")
    data = [data for _, data in events()]
    assert len(data) == 5
    everything = repr(data).casefold()
    for word in ("secr", "tricot", "valence", *(str(who.subject) for who in (anne, bruno, chloe, ebv))):
        assert word not in everything
    assert data[0]["themes"] == ["energie", "other"]
