"""What is held of a person is shown to them, and leaves no trace when they are erased."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from libs.chassis.db import Database
from libs.chassis.erasure_log import ErasureLog
from libs.chassis.ids import uuid4, uuid7
from libs.chassis.inbox import Inbox
from libs.contracts.envelope import Envelope
from libs.contracts.erasures import ErasureRequested
from services.defis.privacy.commands import erase_subject, replay_erasures
from services.defis.privacy.consumers import consumers_noting
from services.defis.timeline.commands import actor_of
from services.defis.worker import consumers
from tests.defis.conftest import BASE, COMMUNE, Api, Person, Tokens

STATED = {"charter": "Adoptée.", "experiment": "Trois samedis.", "task": "Peindre."}
NOWHERE = ErasureLog()
SECRETS = ("secret", "06 12 34")


def erase(database: Database, who: Person) -> dict[str, int]:
    with database.transaction() as session:
        return erase_subject(session, who.subject, datetime.now(UTC))


def rows_that_hold(database: Database, *words: str) -> list[str]:
    """Every table of the service's own, and the chassis' counts of subjects, with a row that holds one of `words`."""
    found = []
    with database.transaction() as session:
        tables = session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'outbox'")
        ).all()
        for table in tables:
            for row in session.scalars(text(f'SELECT t::text FROM "{table}" AS t')):
                found += [table] * any(word in row for word in words)
    return found


def ask(database: Database, subject: UUID, *, owner: str = "op1", log: ErasureLog = NOWHERE) -> str:
    """Identity asks an owner to erase whom it knows by that id. Returns the envelope, to deliver again."""
    number = uuid4()
    body = Envelope(
        id=uuid7(),
        type=ErasureRequested.type("coalition"),
        source="/coalition/identity",
        subject=str(number),
        sequence=1,
        time=datetime.now(UTC),
        data=ErasureRequested(erasure_id=number, owner=owner, pairwise_id=subject).dump(),
        traceparent="",
    ).to_json()
    assert Inbox(database, consumers_noting(log)).receive([body]) == [True]
    return body


def declared(database: Database) -> list[dict[str, Any]]:
    """What was declared so far."""
    query = text(
        "SELECT envelope::json -> 'data' FROM outbox WHERE type = 'op1.defis.erasure_declared.v1' ORDER BY position"
    )
    with database.transaction() as session:
        return list(session.scalars(query))


def live(defi: Api, who: Person, anne: Person) -> dict[str, str]:
    """Somebody who does everything that can be done in a défi."""
    member = defi.post("/membership", who, 201, name="Secret Zoé", contact="06 12 34", message="secret")["id"]
    defi.post(f"/members/{member}/answer", anne, answer="accept")
    defi.put(f"/members/{member}/role", anne, role="core")
    defi.post("/invitations", who, 201)
    meeting = defi.meet(anne, capacity=1)
    defi.put(f"/meetings/{meeting}/registration", who, name="Secret Zoé")
    defi.post(f"/meetings/{meeting}/arguments", who, 201, side="for", text="Argument secret")
    pledges = [
        defi.pledge(
            who, kind="money", amount_cents=700, description="secret", name="secret", contact="06 12 34"
        )
        for _ in range(2)
    ]
    for decision in ("accept", "fulfil"):
        defi.post(f"/pledges/{pledges[0]}/decision", anne, decision=decision)
    other = defi.post("/membership", who, 409, name="Zoé")
    assert other["code"] == "membership.active"
    return {"meeting": meeting}


def test_everything_held_is_shown_to_the_person_and_nobody_elses(
    client: FlaskClient, defi: Api, anne: Person, bruno: Person, chloe: Person
) -> None:
    live(defi, bruno, anne)
    defi.pledge(chloe, description="À Chloé")
    held = client.get(f"{BASE}/me/held", headers=bruno.headers).json
    assert [row["contact"] for row in held["memberships"]] == ["06 12 34"]
    assert [row["text"] for row in held["arguments"]] == ["Argument secret"]
    assert len(held["pledges"]) == 2
    assert [len(held[name]) for name in ("registrations", "invitations_made", "gates_asked")] == [1, 1, 0]
    assert {row["kind"] for row in held["timeline"]} >= {"membership_requested", "invited", "pledge_offered"}
    assert "Chloé" not in repr(held)
    assert held["defis"] == []
    held = client.get(f"{BASE}/me/held", headers=anne.headers).json
    assert [row["problem"] for row in held["defis"]] == ["Le dernier café du village a fermé."]


def test_facts_count_what_happened_whoever_left_or_was_erased_since(
    defi: Api,
    anne: Person,
    bruno: Person,
    chloe: Person,
    database: Database,
    events: Callable[..., list[tuple[str, dict[str, Any]]]],
) -> None:
    defi.join(bruno, anne)
    defi.pledge(bruno)
    defi.delete("/membership", bruno)
    defi.join(bruno, anne)
    erase(database, bruno)
    defi.join(chloe, anne)
    defi.pledge(chloe)
    facts = events()
    counts = [(data["joined"], data["members"]) for name, data in facts if name == "member_joined"]
    assert counts == [(1, 2), (2, 2), (3, 2)]
    assert [data["offered"] for name, data in facts if name == "pledge_offered"] == [1, 2]


def test_an_erased_person_leaves_figures_and_no_trace(
    client: FlaskClient,
    defi: Api,
    anne: Person,
    bruno: Person,
    chloe: Person,
    database: Database,
    told: Callable[[Person], list[str]],
) -> None:
    meeting = live(defi, bruno, anne)["meeting"]
    defi.put(f"/meetings/{meeting}/registration", chloe)
    assert set(rows_that_hold(database, str(bruno.subject))) >= {"member", "pledge", "actor", "registration"}
    assert erase(database, bruno) == {
        "defis_deleted": 0,
        "defis_paused": 0,
        "places_freed": 1,
        "pledges_anonymised": 1,
        "pledges_deleted": 1,
        "memberships": 1,
        "invitations": 1,
        "arguments": 1,
        "gates": 0,
        "timeline_reasons": 0,
    }
    assert rows_that_hold(database, str(bruno.subject), *SECRETS) == []
    assert all(not rows for rows in client.get(f"{BASE}/me/held", headers=bruno.headers).json.values())
    assert told(bruno) == []
    assert told(chloe) == ["defi.meeting_place_freed"]
    assert told(anne)[-1] == "defi.pledge_withdrawn"
    assert defi.get()["figures"]["pledges"] == {"money": 1}
    assert defi.get()["figures"]["committed"] == 1
    assert set(erase(database, bruno).values()) == {0}


def test_an_erased_porteurs_drafts_go_and_what_is_public_waits_for_another(
    client: FlaskClient,
    draft: Callable[..., Api],
    publish: Callable[..., Api],
    anne: Person,
    bruno: Person,
    ebv: Person,
    database: Database,
    told: Callable[[Person], list[str]],
) -> None:
    kept, unseen, waiting = publish(), draft(problem="Un secret"), draft()
    waiting.post("/submission", anne)
    member = kept.join(bruno, anne)
    kept.patch("/membership", anne, name="Anne secret")
    kept.post("/state", anne, action="pause", reason="secret")
    kept.post("/state", anne, action="resume")
    done = erase(database, anne)
    assert (done["defis_deleted"], done["defis_paused"], done["timeline_reasons"]) == (2, 1, 1)
    assert rows_that_hold(database, str(anne.subject), *SECRETS) == []
    assert kept.get()["state"] == "paused"
    assert told(bruno)[-1] == "defi.state_changed"
    for gone in (unseen, waiting):
        gone.get("", ebv, 404)
    work = client.get(f"{BASE}/accompaniment/worklist", headers=ebv.headers).json
    assert [item["id"] for item in work["without_porteur"]] == [kept.id]
    kept.put(f"/members/{member}/role", bruno, 403, role="porteur")
    assert kept.put(f"/members/{member}/role", ebv, role="porteur")["role"] == "porteur"
    assert kept.post("/state", bruno, action="resume")["state"] == "published"


def test_what_an_erased_judge_or_porteur_wrote_about_a_gate_goes(
    publish: Callable[..., Api], anne: Person, ebv: Person, staff: Person, database: Database
) -> None:
    defi = publish(entry_stage="creaction", entry_evidence="Oui.")
    stated = {name: f"{text} Secret, secret." for name, text in STATED.items()}
    gate = defi.post("/gates", anne, 201, evidence=stated)["id"]
    defi.post(f"/gates/{gate}/decision", ebv, decision="refuse", reasons=["other"], note="secret")
    defi.post(f"/gates/{gate}/appeal", anne, appeal="secret")
    defi.post(f"/gates/{gate}/decision", staff, decision="uphold", note="secret")
    for who in (anne, ebv, staff):
        assert erase(database, who)["gates"] == 1
        assert rows_that_hold(database, str(who.subject)) == []
    assert rows_that_hold(database, "secret") == []


def test_others_are_not_touched(
    defi: Api, anne: Person, bruno: Person, tokens: Tokens, database: Database
) -> None:
    live(defi, bruno, anne)
    before = (defi.get("/members", anne), defi.get("/pledges", anne), defi.get("/timeline", anne))
    assert set(erase(database, tokens.account()).values()) == {0}
    assert before == (defi.get("/members", anne), defi.get("/pledges", anne), defi.get("/timeline", anne))


def test_identity_asks_and_the_erasure_is_declared_once_however_often_it_is_delivered(
    defi: Api, anne: Person, bruno: Person, database: Database
) -> None:
    live(defi, bruno, anne)
    body = ask(database, bruno.subject)
    Inbox(database, consumers).receive([body])
    (declaration,) = declared(database)
    assert declaration["erasure_id"] in body
    assert {code: count for code, count in declaration["erased"].items() if count} == {
        "arguments": 1,
        "invitations": 1,
        "memberships": 1,
        "places_freed": 1,
        "pledges_anonymised": 1,
        "pledges_deleted": 1,
    }
    assert rows_that_hold(database, str(bruno.subject), *SECRETS) == []


def test_an_asking_of_another_owner_changes_nothing_and_is_not_kept(
    defi: Api, anne: Person, bruno: Person, database: Database
) -> None:
    live(defi, bruno, anne)
    before = rows_that_hold(database, str(bruno.subject))
    ask(database, bruno.subject, owner="op2")
    assert rows_that_hold(database, str(bruno.subject)) == before
    assert declared(database) == []


@pytest.mark.parametrize("known", [True, False])
def test_an_erased_account_does_nothing_more_with_its_token(
    client: FlaskClient, defi: Api, anne: Person, bruno: Person, database: Database, known: bool
) -> None:
    if known:
        live(defi, bruno, anne)
    ask(database, bruno.subject)
    for path, body in (
        ("", {"problem": "Encore moi.", "commune": COMMUNE}),
        (f"/{defi.id}/membership", {"name": "Zoé"}),
        (f"/{defi.id}/pledges", {"kind": "skill"}),
    ):
        answer = client.post(
            f"{BASE}/defis{path}", json=body, headers={**bruno.headers, "Accept-Language": "fr"}
        )
        assert (answer.status_code, answer.json["detail"]) == (401, "Ce compte a été effacé.")
    assert defi.get("", bruno)["id"] == defi.id
    assert rows_that_hold(database, str(bruno.subject)) == []


def test_the_database_refuses_a_row_of_somebody_erased(database: Database, bruno: Person) -> None:
    ask(database, bruno.subject)
    with pytest.raises(DBAPIError, match="erased"), database.transaction() as session:
        actor_of(session, bruno.subject)
    assert rows_that_hold(database, str(bruno.subject)) == []


def test_a_database_restored_from_before_is_told_again_whom_it_had_erased(
    database: Database, bruno: Person, chloe: Person, tmp_path: Path
) -> None:
    log = ErasureLog(tmp_path)
    ask(database, bruno.subject, log=log)
    ask(database, chloe.subject, owner="op2", log=log)
    with database.transaction() as session:
        session.execute(text("DELETE FROM erased_subject"))
        actor_of(session, bruno.subject)
        actor_of(session, chloe.subject)
    with database.transaction() as session:
        assert replay_erasures(session, log, datetime.now(UTC)) == 1
    assert rows_that_hold(database, str(bruno.subject)) == []
    assert rows_that_hold(database, str(chloe.subject)) == ["actor"]
