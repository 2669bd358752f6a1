"""An account erased: what goes, who is asked, and what its receipt shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest

from libs.chassis.erasure_log import ErasureLog
from libs.chassis.ids import uuid4, uuid7
from libs.chassis.inbox import Inbox
from libs.contracts.envelope import Envelope
from libs.contracts.erasures import ConsultationErasureDeclared, DefisErasureDeclared
from libs.contracts.event import Event
from services.identity.figures import FIGURES
from services.identity.privacy.commands import replay_erasures
from services.identity.worker import consumers
from tests.identity.conftest import Identity, add_operators, claims

ANA = "Ana.Durand@exemple.fr"
COALITION = {("coalition", "identity"), ("coalition", "consultation"), ("coalition", "notifications")}


def tables(identity: Identity) -> list[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    return list(identity.execute(query).scalars())


def traces(identity: Identity, *needles: str) -> list[str]:
    """The tables in which any of `needles` stands, whatever the column."""
    found = set()
    for table in tables(identity):
        content = "\n".join(identity.execute(f'SELECT t::text FROM "{table}" AS t').scalars()).lower()
        found |= {table for needle in needles if needle.lower() in content}
    return sorted(found)


def known_by(identity: Identity, token: str) -> dict[str, str]:
    held = identity.call("GET", "/v1/me/held", token=token).json
    return {row["owner"]: row["id"] for row in held["known_by"]}


def live(identity: Identity) -> tuple[str, dict[str, str]]:
    """Somebody whom both operators know; their access token, and the ids that owners know them by."""
    token, _ = identity.member(ANA, ("moderator", "coalition"))
    identity.call("PATCH", "/v1/me", {"display_name": "Ana Durand"}, token)
    session = identity.sign_in(ANA)["session"]
    for operator in ("op1", "op2"):
        assert identity.redeem(grant_type="session", session=session, audience=operator).status_code == 200
    identity.ask(ANA)
    return token, known_by(identity, token)


def erase(identity: Identity, token: str, email: str = ANA, status: int = 202) -> Any:
    answer = identity.call("POST", "/v1/me/erasure", {"email": email}, token)
    assert answer.status_code == status, answer.json
    return answer.json


def hear(identity: Identity, event: Event, owner: str) -> str:
    """Deliver an event, as the bus would. Returns its envelope, to deliver again."""
    body = Envelope(
        id=uuid7(),
        type=event.type(owner),
        source=f"/{owner}/{event.name.partition('.')[0]}",
        subject=event.subject,
        sequence=1,
        time=datetime.now(UTC),
        data=event.dump(),
        traceparent="",
    ).to_json()
    assert Inbox(identity.database, consumers).receive([body]) == [True]
    return body


def asked(identity: Identity, owner: str) -> UUID:
    """The number under which an owner was asked."""
    (asking,) = (event for event in identity.events("erasure_requested") if event["owner"] == owner)
    return UUID(asking["erasure_id"])


def part(identity: Identity, receipt: str, owner: str, service: str) -> dict[str, Any]:
    shown = identity.call("GET", f"/v1/erasures/{receipt}").json
    (found,) = (part for part in shown["parts"] if (part["owner"], part["service"]) == (owner, service))
    return dict(found)


def test_an_erased_account_leaves_no_trace(identity: Identity, two_operators: str) -> None:
    token, ids = live(identity)
    internal = str(identity.execute("SELECT id FROM person WHERE email = :email", email=ANA).scalar_one())
    everything = (ANA, "Ana Durand", internal, *ids.values())
    assert {"person", "pairwise_subject", "open_session", "role_grant", "sign_in", "mail", "outbox"} <= set(
        traces(identity, *everything)
    )
    erase(identity, token, ANA.upper())
    # What is left says once to each owner whom it is to erase, and tells the person that it is done.
    assert traces(identity, *everything) == ["mail", "outbox"]
    identity.execute("DELETE FROM outbox")
    identity.execute("DELETE FROM mail")
    assert traces(identity, *everything) == []


def test_each_owner_is_asked_by_its_own_id_of_the_person_and_under_a_number_of_its_own(
    identity: Identity, two_operators: str
) -> None:
    token, ids = live(identity)
    assert set(ids) == {"coalition", "op1", "op2"}
    erase(identity, token)
    askings = identity.events("erasure_requested")
    assert {asking["owner"]: asking["pairwise_id"] for asking in askings} == ids
    assert len({asking["erasure_id"] for asking in askings}) == 3
    sent = identity.execute("SELECT envelope FROM outbox WHERE type LIKE '%erasure_requested%'").scalars()
    envelopes = [Envelope.from_json(body) for body in sent]
    assert len({envelope.traceparent.split("-")[1] for envelope in envelopes}) == 3
    assert all(envelope.subject == envelope.data["erasure_id"] for envelope in envelopes)
    assert not any(
        ids[other] in envelope.to_json()
        for envelope in envelopes
        for other in set(ids) - {envelope.data["owner"]}
    )


def test_nobody_can_go_on_with_an_erased_account(identity: Identity) -> None:
    opened = identity.sign_in(ANA)
    request = identity.ask(ANA)["request"]
    letter = identity.mails()[-1]
    erase(identity, opened["access_token"])
    for grant in (
        {"grant_type": "session", "session": opened["session"]},
        {"grant_type": "email_link", "token": letter.token},
        {"grant_type": "email_code", "request": request, "code": letter.code},
    ):
        assert identity.redeem(**grant).status_code in (401, 422)
    for method, path in (("GET", "/v1/me"), ("GET", "/v1/me/held"), ("PATCH", "/v1/me")):
        answer = identity.call(method, path, {} if method == "PATCH" else None, opened["access_token"])
        assert (answer.status_code, answer.json["code"]) == (401, "account.gone")
    assert erase(identity, opened["access_token"], status=401)["code"] == "account.gone"


def test_whoever_comes_back_is_somebody_new(identity: Identity) -> None:
    opened = identity.sign_in(ANA)
    erase(identity, opened["access_token"])
    again = identity.sign_in(ANA)
    assert again["new_account"]
    assert claims(again["access_token"])["sub"] != claims(opened["access_token"])["sub"]


@pytest.mark.parametrize(
    "body", [{}, {"email": ""}, {"email": "other@exemple.fr"}, {"email": ANA, "all": True}]
)
def test_an_account_is_not_erased_by_accident(unchanged: Identity, body: dict[str, Any]) -> None:
    token, _ = unchanged.member(ANA)
    answer = unchanged.call("POST", "/v1/me/erasure", body, token, language="fr")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["all" if "all" in body else "email"]
    assert unchanged.call("GET", "/v1/me", token=token).status_code == 200
    assert unchanged.events("erasure_requested") == []


def test_the_last_mail_brings_the_receipt_and_the_queue_forgets_the_rest(identity: Identity) -> None:
    opened = identity.sign_in(ANA)
    identity.call("PATCH", "/v1/me", {"language": "fr"}, opened["access_token"])
    identity.ask(ANA)
    receipt = erase(identity, opened["access_token"])["receipt"]
    (letter,) = identity.mails()
    assert letter.message["To"] == ANA
    assert "effacé" in str(letter.message["Subject"])
    for form in (letter.text, letter.html):
        assert set(re.findall(r"https://maillage\.test/erasure/([\w-]+)", form)) == {receipt}
        assert not re.search(r"(?<![\u00a0\u202f])[;!?»]|(?<![\u00a0s]):\s", re.sub(r"<[^>]+>", "", form))
    assert traces(identity, receipt) == ["mail"]


def test_the_receipt_shows_who_has_declared_and_who_has_not(identity: Identity, two_operators: str) -> None:
    token, _ = live(identity)
    answer = erase(identity, token)
    assert {(part["owner"], part["service"]) for part in answer["parts"]} == COALITION | {
        ("op1", "defis"),
        ("op2", "defis"),
    }
    own = part(identity, answer["receipt"], "coalition", "identity")
    assert own["declared_at"] is not None
    assert own["erased"] == {"accounts": 1, "pairwise_ids": 3, "roles": 1, "sessions": 2, "sign_ins": 1}
    awaited = part(identity, answer["receipt"], "op1", "defis")
    assert (awaited["declared_at"], awaited["erased"], awaited["late"]) == (None, None, False)
    assert awaited["operator"] == {
        "name": "Opérateur op1",
        "contact": "contact@op1.example.org",
        "status": "active",
    }
    declared = DefisErasureDeclared(erasure_id=asked(identity, "op1"), erased={"pledges_deleted": 2})
    hear(identity, declared, "op1")
    mended = part(identity, answer["receipt"], "op1", "defis")
    assert (mended["erased"], mended["declared_at"] is None) == ({"pledges_deleted": 2}, False)
    assert part(identity, answer["receipt"], "op2", "defis")["declared_at"] is None
    shown = identity.call("GET", f"/v1/erasures/{answer['receipt']}")
    assert (shown.json["done"], shown.headers["Cache-Control"]) == (False, "no-store")
    assert "receipt" not in shown.json


def test_the_first_declaration_counts_however_often_it_comes(identity: Identity) -> None:
    opened = identity.sign_in(ANA)
    receipt = erase(identity, opened["access_token"])["receipt"]
    asking = asked(identity, "coalition")
    body = hear(identity, ConsultationErasureDeclared(erasure_id=asking, erased={"votes": 3}), "coalition")
    first = part(identity, receipt, "coalition", "consultation")
    Inbox(identity.database, consumers).receive([body])
    hear(identity, ConsultationErasureDeclared(erasure_id=asking, erased={"votes": 0}), "coalition")
    assert part(identity, receipt, "coalition", "consultation") == first


@pytest.mark.parametrize("forger", ["op2", "coalition"])
def test_nobody_declares_in_the_place_of_another(identity: Identity, two_operators: str, forger: str) -> None:
    token, _ = live(identity)
    receipt = erase(identity, token)["receipt"]
    hear(identity, DefisErasureDeclared(erasure_id=asked(identity, "op1"), erased={}), forger)
    assert part(identity, receipt, "op1", "defis")["declared_at"] is None
    hear(identity, DefisErasureDeclared(erasure_id=uuid4(), erased={}), "op1")
    assert identity.execute("SELECT DISTINCT status FROM inbox").scalars().all() == ["done"]


def test_a_declaration_is_kept_as_codes_and_counts_only(identity: Identity, two_operators: str) -> None:
    token, _ = live(identity)
    receipt = erase(identity, token)["receipt"]
    said: dict[str, Any] = {"pledges": 1, "of": ANA, "<b>": 1, "many": 2**40, "less": -1, "true": True}
    hear(identity, DefisErasureDeclared(erasure_id=asked(identity, "op1"), erased=said), "op1")
    assert part(identity, receipt, "op1", "defis")["erased"] == {"pledges": 1}


def test_a_service_that_lets_the_month_pass_is_late_and_is_flagged_once(
    identity: Identity, two_operators: str
) -> None:
    token, _ = live(identity)
    receipt = erase(identity, token)["receipt"]
    hear(identity, DefisErasureDeclared(erasure_id=asked(identity, "op2"), erased={}), "op2")
    now = datetime.now(UTC)
    flagged = "SELECT count(*) FROM erasure_part WHERE flagged_at IS NOT NULL"
    identity.run_job("flag-late-erasures", now + timedelta(days=29))
    assert identity.execute(flagged).scalar_one() == 0
    identity.execute("UPDATE erasure SET due_at = now() - interval '1 second'")
    identity.run_job("flag-late-erasures", now)
    assert identity.execute(flagged).scalar_one() == 3
    identity.run_job("flag-late-erasures", now + timedelta(days=1))
    assert identity.execute(
        "SELECT DISTINCT flagged_at FROM erasure_part WHERE flagged_at IS NOT NULL"
    ).all() == [(now,)]
    assert part(identity, receipt, "op1", "defis")["late"]
    assert not part(identity, receipt, "op2", "defis")["late"]
    counted = identity.execute(FIGURES[0].sql).all()
    assert ("op1", "defis", "yes", 1) in counted
    assert {owner for owner, *_ in counted} == {"op1", "coalition"}


def test_a_record_is_kept_a_year_and_longer_where_a_declaration_is_awaited(identity: Identity) -> None:
    receipts = []
    for email in (ANA, "bob@exemple.fr"):
        opened = identity.sign_in(email)
        receipts.append(erase(identity, opened["access_token"], email)["receipt"])
    identity.execute(
        "UPDATE erasure_part SET declared_at = now(), erased = '{}' FROM erasure"
        " WHERE erasure.id = erasure_id AND erasure.id = (SELECT min(id::text)::uuid FROM erasure)"
    )
    now = datetime.now(UTC)
    identity.run_job("forget-declared-erasures", now + timedelta(days=390))
    assert [identity.call("GET", f"/v1/erasures/{receipt}").status_code for receipt in receipts] == [200, 200]
    identity.run_job("forget-declared-erasures", now + timedelta(days=400))
    assert [identity.call("GET", f"/v1/erasures/{receipt}").status_code for receipt in receipts] == [404, 200]


def test_a_receipt_that_is_none_finds_nothing(unchanged: Identity) -> None:
    answer = unchanged.call("GET", f"/v1/erasures/{'x' * 43}", language="fr")
    assert (answer.status_code, answer.json["code"]) == (404, "erasure.unknown")


def test_everything_held_is_shown_to_the_person_alone(identity: Identity, two_operators: str) -> None:
    token, ids = live(identity)
    identity.sign_in("bob@exemple.fr")
    held = identity.call("GET", "/v1/me/held", token=token).json
    assert held["account"]["email"] == ANA
    assert held["account"]["display_name"] == "Ana Durand"
    assert {row["owner"] for row in held["known_by"]} == set(ids)
    assert [row["role"] for row in held["roles"]] == ["moderator"]
    assert (len(held["sessions"]), len(held["sign_ins"])) == (2, 1)
    assert "bob@exemple.fr" not in str(held)
    assert identity.call("GET", "/v1/me/held").status_code == 401


def test_of_two_who_press_at_once_one_erases(processes: list[Identity]) -> None:
    token = processes[0].sign_in(ANA)["access_token"]
    start, answers = Barrier(2), []

    def press(process: Identity) -> None:
        start.wait()
        answers.append(process.call("POST", "/v1/me/erasure", {"email": ANA}, token).status_code)

    threads = [Thread(target=press, args=(process,)) for process in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [202, 401]
    assert len(processes[0].events("erasure_requested")) == 1


@pytest.fixture
def noting(identity_url: str, tmp_path: Path) -> Iterator[Identity]:
    """The service, which notes erasures in a folder."""
    service = Identity(identity_url, erasure_log=tmp_path)
    yield service
    service.database.close()


@contextmanager
def restored_from_before(identity: Identity) -> Iterator[None]:
    """What the block does is done to a database that is then put back as it was, as from a backup."""
    kept = ("person", "pairwise_subject", "open_session", "role_grant")
    for table in kept:
        identity.execute(f"CREATE TABLE backup_{table} AS TABLE {table}")
    yield
    for table in kept:
        identity.execute(f"INSERT INTO {table} SELECT * FROM backup_{table} ON CONFLICT DO NOTHING")
        identity.execute(f"DROP TABLE backup_{table}")
    for table in ("erasure", "outbox", "mail"):
        identity.execute(f"DELETE FROM {table}")


def test_a_database_restored_from_before_is_told_again_whom_it_had_erased(
    noting: Identity, tmp_path: Path
) -> None:
    identity = noting
    add_operators(identity)
    token, ids = live(identity)
    identity.sign_in("bob@exemple.fr")
    with restored_from_before(identity):
        receipt = erase(identity, token)["receipt"]
    assert identity.call("GET", "/v1/me", token=token).status_code == 200
    for again in (1, 0):
        with identity.database.transaction() as session:
            assert replay_erasures(session, ErasureLog(tmp_path), datetime.now(UTC)) == again
    assert {asking["pairwise_id"] for asking in identity.events("erasure_requested")} == set(ids.values())
    identity.execute("DELETE FROM outbox")
    assert traces(identity, ANA, "Ana Durand", *ids.values()) == []
    assert identity.call("GET", f"/v1/erasures/{receipt}").status_code == 200
    assert identity.execute("SELECT count(*) FROM person WHERE email_key LIKE 'bob@%'").scalar_one() == 1
