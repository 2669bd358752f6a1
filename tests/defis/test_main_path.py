"""The main path of a défi over HTTP: from the draft to the confirmed gate, the refused ones included."""

from collections.abc import Callable, Sequence
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
    told_what_is_missing_at_the_gate(defi, anne)
    members = [tokens.account() for _ in range(2)]
    commit_themselves(defi, anne, members, others=[tokens.account() for _ in range(3)])
    hold_a_debate(defi, anne, hold)
    meet_the_conditions_of_the_gate(defi)
    ask_and_be_refused(defi, anne, ebv)
    assert told(anne)[-1] == "defi.gate_refused"
    ask_and_pass(defi, anne, ebv)
    assert told(anne)[-1] == told(members[1])[-1] == "defi.gate_confirmed"
    assert [name for name, _ in events()] == [
        "published",
        *["member_joined"] * 2,
        *["pledge_offered"] * 4,
        "meeting_scheduled",
        "stage_changed",
    ]
    listed_at_its_new_stage(client, defi)


def told_what_is_missing_at_the_gate(defi: Api, porteur: Person) -> None:
    """The porteur asks to pass too early."""
    refused = defi.post("/gates", porteur, 409)
    assert refused["code"] == "gate.conditions_missing"
    assert {error["field"]: error["detail"] for error in refused["errors"]} == {
        "debates": "Au moins un débat doit avoir été tenu, avec son compte rendu.",
        "committed": "Personnes engagées\u00a0: 1 sur les 5 qu’il faut.",
    }


def commit_themselves(
    defi: Api, porteur: Person, members: Sequence[Person], others: Sequence[Person]
) -> None:
    """Members join; the first of them pledges, and so do others."""
    for member in members:
        defi.join(member, porteur)
    for giver in (members[0], *others):
        defi.pledge(giver)


def hold_a_debate(defi: Api, porteur: Person, hold: Callable[[str], None]) -> None:
    """A debate is announced, held and reported."""
    debate = defi.meet(porteur)
    hold(debate)
    defi.put(f"/meetings/{debate}/report", porteur, minutes="Nous étions douze.", attendance=12)


def meet_the_conditions_of_the_gate(defi: Api) -> None:
    """All that the gate asks for is there, and it says so."""
    outlook = defi.get("/gate")
    assert outlook["stage"] == "creaction"
    assert [(one["code"], one["have"], one["need"], one["met"]) for one in outlook["conditions"]] == [
        ("debates", 1, 1, True),
        ("committed", 5, 5, True),
    ]


def ask_and_be_refused(defi: Api, porteur: Person, ebv: Person) -> None:
    """The EBV finds the report too thin, and says so."""
    gate = defi.post("/gates", porteur, 201)["id"]
    decision = {"decision": "refuse", "reasons": ["report_too_thin"]}
    assert defi.post(f"/gates/{gate}/decision", ebv, **decision)["reasons"]


def ask_and_pass(defi: Api, porteur: Person, ebv: Person) -> None:
    """The EBV confirms, and the défi is at its next stage."""
    gate = defi.post("/gates", porteur, 201)["id"]
    defi.post(f"/gates/{gate}/decision", ebv, decision="confirm")
    assert defi.get()["stage"] == "creaction"


def listed_at_its_new_stage(client: FlaskClient, defi: Api) -> None:
    """Anybody finds it by its commune, its theme and the stage that it has reached."""
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
