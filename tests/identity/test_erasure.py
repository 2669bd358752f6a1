"""An account erased: what goes, who is asked, and that nothing of it goes on or comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from libs.chassis.erasure_log import ErasureLog
from libs.contracts.envelope import Envelope
from services.identity.privacy.commands import replay_erasures
from tests.identity.conftest import Identity, add_operators, claims
from tests.identity.erasures import ANA, erase, live, traces


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
