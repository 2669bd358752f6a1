"""The people of a défi over HTTP: requests, invitations, roles, contacts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from libs.chassis.db import Database
from tests.defis.conftest import Api, Person

Told = Callable[[Person], list[str]]


def test_a_request_is_told_to_the_core_group_and_its_answer_to_who_asked(
    defi: Api, anne: Person, bruno: Person, chloe: Person, told: Told
) -> None:
    for who, answer in ((bruno, "accept"), (chloe, "decline")):
        member = defi.post("/membership", who, 201, name="Zoé", contact="06", message="Bonjour")
        assert member["state"] == "requested"
        defi.post(f"/members/{member['id']}/answer", anne, answer=answer)
        assert defi.post(f"/members/{member['id']}/answer", anne, 409, answer="accept")["code"]
    assert told(anne) == ["defi.published", *["defi.membership_requested"] * 2]
    assert (told(bruno), told(chloe)) == (["defi.membership_accepted"], ["defi.membership_declined"])
    assert defi.get("/membership", bruno)["role"] == "member"
    defi.get("/membership", chloe, 404)
    assert defi.post("/membership", chloe, 201, name="Chloé")["state"] == "requested"


def test_contacts_are_for_the_core_group_and_for_oneself(
    defi: Api, anne: Person, bruno: Person, chloe: Person, ebv: Person
) -> None:
    for who in (bruno, chloe):
        member = defi.post("/membership", who, 201, name="Zoé", contact="06 12", message="Mot")["id"]
        defi.post(f"/members/{member}/answer", anne, answer="accept")

    def contacts(who: Person) -> list[tuple[str | None, bool]]:
        return [(item["contact"], item["me"]) for item in defi.get("/members", who)["items"]]

    assert contacts(anne) == [(None, True), ("06 12", False), ("06 12", False)]
    assert contacts(bruno) == [(None, False), ("06 12", True), (None, False)]
    assert contacts(ebv) == [(None, False), (None, False), (None, False)]
    assert "subject" not in repr(defi.get("/members", anne))


def test_an_invitation_is_answered_once_and_the_inviter_is_told_either_way(
    defi: Api, anne: Person, bruno: Person, chloe: Person, told: Told
) -> None:
    first = defi.post("/invitations", anne, 201, role="core")
    second = defi.post("/invitations", anne, 201)
    assert [item["id"] for item in defi.get("/invitations", anne)["items"]] == [first["id"], second["id"]]
    assert "secret" not in defi.get("/invitations", anne)["items"][0]
    defi.post("/invitations/answer", bruno, 422, secret=first["secret"], answer="accept")
    accepted = {"secret": first["secret"], "answer": "accept", "name": "Bruno"}
    assert defi.post("/invitations/answer", bruno, **accepted)["role"] == "core"
    assert defi.post("/invitations/answer", chloe, 409, **accepted)["code"] == "invitation.answered"
    defi.post("/invitations/answer", chloe, secret=second["secret"], answer="decline")
    defi.post("/invitations/answer", chloe, 404, secret="devinette", answer="accept", name="Chloé")
    assert told(anne)[1:] == ["defi.invitation_accepted", "defi.invitation_declined"]
    assert defi.get("", bruno)["role"] == "core"
    assert defi.get("/invitations", anne)["items"] == []


def test_an_invitation_expires_and_its_secret_is_not_kept(
    defi: Api, anne: Person, bruno: Person, database: Database
) -> None:
    secret = defi.post("/invitations", anne, 201)["secret"]
    with database.transaction() as session:
        kept = session.execute(text("SELECT * FROM invitation")).one()
        assert secret not in repr(kept)
        assert kept.expires_at - kept.invited_at == timedelta(days=14)
        session.execute(text("UPDATE invitation SET expires_at = now()"))
    refused = defi.post("/invitations/answer", bruno, 409, secret=secret, answer="accept", name="Bruno")
    assert refused["code"] == "invitation.expired"


def test_an_invitation_opens_no_other_defi(
    defi: Api, publish: Callable[..., Api], anne: Person, bruno: Person
) -> None:
    secret = defi.post("/invitations", anne, 201)["secret"]
    publish().post("/invitations/answer", bruno, 404, secret=secret, answer="accept", name="Bruno")


def test_the_porteur_hands_over_before_leaving(
    defi: Api, anne: Person, bruno: Person, chloe: Person, told: Told
) -> None:
    defi.join_core(chloe, anne)
    member = defi.join(bruno, anne)
    assert defi.delete("/membership", anne, 409)["code"] == "membership.porteur"
    assert defi.put(f"/members/{member}/role", anne, role="porteur")["role"] == "porteur"
    assert defi.get("", anne)["role"] == "core"
    defi.put(f"/members/{member}/role", anne, 403, role="member")
    defi.delete("/membership", anne)
    assert told(bruno)[-2:] == ["defi.role_changed", "defi.member_left"]
    assert defi.get("", anne)["role"] is None
    assert [item["role"] for item in defi.get("/members", bruno)["items"]] == ["core", "porteur"]


def test_whoever_leaves_takes_their_contact_along(
    defi: Api, anne: Person, bruno: Person, database: Database
) -> None:
    member = defi.post("/membership", bruno, 201, name="Bruno", contact="06", message="Mot")["id"]
    defi.post(f"/members/{member}/answer", anne, answer="accept")
    defi.delete("/membership", bruno)
    with database.transaction() as session:
        kept = session.execute(
            text("SELECT name, contact, message, state FROM member WHERE id = :id"), {"id": member}
        )
        assert tuple(kept.one()) == (None, None, None, "left")


def test_nobody_joins_a_paused_or_ended_defi(defi: Api, anne: Person, bruno: Person) -> None:
    secret = defi.post("/invitations", anne, 201)["secret"]
    for action, code in (("pause", "defi.paused"), ("complete", "defi.completed")):
        defi.post("/state", anne, action=action)
        assert defi.post("/membership", bruno, 409, name="Bruno")["code"] == code
        answer = {"secret": secret, "answer": "accept", "name": "Bruno"}
        assert defi.post("/invitations/answer", bruno, 409, **answer)["code"] == code
        assert defi.post("/pledges", bruno, 409, kind="skill", description="S", name="B")["code"] == code


def test_one_changes_ones_own_name_and_contact(defi: Api, anne: Person, ebv: Person) -> None:
    assert defi.patch("/membership", anne, name="Anne", contact="06")["contact"] == "06"
    assert defi.patch("/membership", anne, contact=None)["name"] == "Anne"
    defi.patch("/membership", ebv, 404, name="EBV")


def test_timelines_name_no_person_in_public_and_random_ids_inside(
    defi: Api, anne: Person, bruno: Person, chloe: Person, ebv: Person, database: Database
) -> None:
    defi.join(bruno, anne)
    defi.post("/membership", chloe, 201, name="Chloé")
    defi.post("/state", ebv, action="pause", reason="À la demande de Bruno")
    public = defi.get("/timeline")["items"]
    assert [item["kind"] for item in public] == ["paused", "member_joined", "published"]
    assert {(item["actor"], item["reason"]) for item in public} == {(None, None)}
    assert public == defi.get("/timeline", chloe)["items"]
    inside = defi.get("/timeline", bruno)["items"]
    assert [item["kind"] for item in inside] == [
        "paused", "membership_requested", "member_joined", "membership_requested", "published", "submitted",
        "created",
    ]  # fmt: skip
    assert inside[0]["reason"] == "À la demande de Bruno"
    assert inside[0]["acted_as"] == "ebv"
    subjects = {str(person.subject) for person in (anne, bruno, chloe, ebv)}
    assert subjects.isdisjoint({item["actor"] for item in inside})
    assert inside[2]["actor"] == inside[-1]["actor"]
    with database.transaction() as session:
        versions = session.scalars(text("SELECT id FROM actor")).all()
    assert {one.version for one in versions} == {4}


def test_a_timeline_comes_a_page_at_a_time(defi: Api, anne: Person, tokens: Any) -> None:
    for _ in range(3):
        defi.join(tokens.account(), anne)
    seen: list[str] = []
    cursor = ""
    while True:
        answer = defi.get(f"/timeline?limit=2{cursor}", anne)
        seen += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"
    assert len(seen) == len(set(seen)) == 9
