"""Settings, limits, jobs, mail, keys and logs: the small mechanisms that services share."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import OKPKey
from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.chassis.bus import matches
from libs.chassis.db import Database
from libs.chassis.errors import Malformed, TooMany
from libs.chassis.jobs import Job, Jobs
from libs.chassis.keys import KeyStore
from libs.chassis.limits import count_against_limit, forget_old_counts
from libs.chassis.logs import configure_logs
from libs.chassis.mail import Mail, Mailer, MailSettings, queue_mail
from libs.chassis.paging import decode_cursor, encode_cursor
from libs.chassis.settings import SettingsError, read_settings, setting
from libs.chassis.trace import traced, traceparent
from tests.chassis.ledger import rows


@dataclass(frozen=True, kw_only=True)
class OneSettings:
    """Some settings."""

    url: str = setting("MAILLAGE_ONE_URL", "where one is", secret=True)
    threads: int = setting("MAILLAGE_THREADS", "threads", default=8)
    kept: timedelta = setting("MAILLAGE_KEPT", "seconds", default=timedelta(seconds=3))
    folder: Path | None = setting("MAILLAGE_FOLDER", "a folder", default=None)
    open: bool = setting("MAILLAGE_OPEN", "open or not", default=False)
    names: tuple[str, ...] = setting("MAILLAGE_NAMES", "names", default=())


@dataclass(frozen=True, kw_only=True)
class OtherSettings:
    """Others, which share a variable."""

    threads: int = setting("MAILLAGE_THREADS", "threads", default=8)


def test_settings_are_typed_and_shared_by_those_who_declare_them() -> None:
    environ = {
        "MAILLAGE_ONE_URL": "postgresql://u:secret@h/d",
        "MAILLAGE_THREADS": "3",
        "MAILLAGE_KEPT": "1.5",
        "MAILLAGE_FOLDER": "/srv",
        "MAILLAGE_OPEN": "yes",
        "MAILLAGE_NAMES": "a, b,",
        "HOME": "/root",
    }
    one, other = read_settings(environ, OneSettings, OtherSettings)
    assert (one.threads, one.kept, one.folder) == (3, timedelta(seconds=1.5), Path("/srv"))
    assert (one.open, one.names, other.threads) == (True, ("a", "b"), 3)
    assert "secret" not in repr(one)


def test_everything_wrong_with_the_environment_is_said_at_once() -> None:
    environ = {"MAILLAGE_THREADS": "many", "MAILLAGE_THREDS": "3", "MAILLAGE_OPEN": "perhaps"}
    with pytest.raises(SettingsError) as refused:
        read_settings(environ, OneSettings)
    assert str(refused.value).splitlines() == [
        "MAILLAGE_THREDS is not a setting; did you mean MAILLAGE_THREADS?",
        "MAILLAGE_ONE_URL is required: where one is",
        "MAILLAGE_THREADS must be a whole number, not 'many'",
        "MAILLAGE_OPEN must be true or false, not 'perhaps'",
    ]


def test_a_limit_counts_within_its_window_and_over_all_processes(ledger_database: Database) -> None:
    now = datetime(2026, 2, 1, 12, 0, 30, tzinfo=UTC)

    def count(whom: str, at: datetime = now) -> None:
        with ledger_database.transaction() as session:
            count_against_limit(session, "link", whom, most=2, per=timedelta(minutes=1), now=at)

    count("ada@example.org")
    count("ada@example.org")
    count("bob@example.org")
    with pytest.raises(TooMany) as refused:
        count("ada@example.org")
    assert refused.value.retry_after == 31
    count("ada@example.org", now + timedelta(minutes=1))
    assert not [key for (key,) in rows(ledger_database, "SELECT key FROM limit_counter") if "ada" in str(key)]
    with ledger_database.transaction() as session:
        forget_old_counts(session, now + timedelta(days=3))
    assert rows(ledger_database, "SELECT count(*) FROM limit_counter") == [(0,)]


def test_a_job_runs_once_however_many_workers_there_are(ledger_database: Database) -> None:
    def run(session: Session, now: datetime) -> None:
        session.execute(text("INSERT INTO entry SELECT 'job', count(*) + 1 FROM entry"))

    jobs = Jobs(ledger_database, [Job(name="count", every=timedelta(hours=1), run=run)])
    jobs._enrol()
    now = datetime.now(UTC) + timedelta(seconds=1)
    threads = [Thread(target=jobs.run_next, args=(now,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(ledger_database, "SELECT count(*) FROM entry") == [(1,)]
    assert not jobs.run_next(now)
    assert jobs.run_next(now + timedelta(hours=1))


def test_a_job_that_fails_is_undone_noted_and_tried_again(ledger_database: Database) -> None:
    def fail(session: Session, now: datetime) -> None:
        session.execute(text("INSERT INTO entry VALUES ('job', 1)"))
        raise ValueError("no")

    jobs = Jobs(ledger_database, [Job(name="fails", every=timedelta(hours=1), run=fail)])
    jobs._enrol()
    now = datetime.now(UTC) + timedelta(seconds=1)
    assert jobs.run_next(now)
    assert rows(ledger_database, "SELECT count(*) FROM entry") == [(0,)]
    assert rows(ledger_database, "SELECT last_error FROM job") == [("ValueError: no",)]
    assert jobs.run_next(now + timedelta(minutes=1))


def test_a_mail_is_queued_only_if_its_transaction_commits(ledger_database: Database) -> None:
    mail = Mail(to="ada@example.org", subject="Été", text="é", html="<p>é</p>", headers={"X-Kind": "test"})
    with ledger_database.transaction() as session:
        queue_mail(session, mail, sender="Maillage <m@maillage.example>")
        session.rollback()
    assert rows(ledger_database, "SELECT count(*) FROM mail") == [(0,)]
    with ledger_database.transaction() as session:
        queue_mail(session, mail, sender="Maillage <m@maillage.example>")
    ((mail_id, message),) = rows(ledger_database, "SELECT id, message FROM mail")
    assert f"Message-ID: <{mail_id}@maillage.example>" in str(message)


def test_a_mail_that_came_too_late_to_be_of_use_is_dropped(ledger_database: Database) -> None:
    mail = Mail(to="a@example.org", subject="x", text="x", html="x", useful_for=timedelta(minutes=15))
    with ledger_database.transaction() as session:
        queue_mail(session, mail, sender="m@maillage.example", now=datetime.now(UTC) - timedelta(minutes=16))
    nobody_listens = MailSettings(url="smtp://127.0.0.1:9", sender="m@maillage.example")
    assert Mailer(ledger_database, nobody_listens).send_next()
    assert rows(ledger_database, "SELECT count(*) FROM mail") == [(0,)]


def test_a_mail_header_cannot_be_smuggled_in(ledger_database: Database) -> None:
    mail = Mail(to="ada@example.org\nBcc: all@example.org", subject="x", text="x", html="x")
    with pytest.raises(ValueError), ledger_database.transaction() as session:
        queue_mail(session, mail, sender="m@maillage.example")


def test_an_unknown_key_is_asked_of_its_issuer_once_and_then_kept(ledger_database: Database) -> None:
    key = OKPKey.generate_key("Ed25519", {"kid": "new"})
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"keys": [key.as_dict(private=False)]})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    store = KeyStore(ledger_database, {"issuer": "https://issuer.example/jwks.json"}, client)
    found = store.get("issuer", "new")
    assert found is not None
    assert not found.is_private
    for _ in range(20):
        assert store.get("issuer", "forged") is None
        assert store.get("stranger", "new") is None
    assert asked == ["https://issuer.example/jwks.json"]
    assert KeyStore(ledger_database).get("issuer", "new") is not None


@pytest.mark.parametrize("body", [b"{}", b"not json", b'{"keys": [{"kty": "OKP"}]}', b'{"keys": 3}'])
def test_an_issuer_that_answers_nonsense_changes_nothing(ledger_database: Database, body: bytes) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))
    store = KeyStore(ledger_database, {"issuer": "https://issuer.example/"}, client)
    assert store.get("issuer", "any") is None
    assert rows(ledger_database, "SELECT count(*) FROM verification_key") == [(0,)]


STORABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]))

COLUMN = st.integers(-(2**31) + 1, 2**31 - 1)


@given(key=st.lists(st.one_of(COLUMN, STORABLE), max_size=4), listing=STORABLE)
def test_a_cursor_gives_back_the_key_it_was_made_of(key: list[int | str], listing: str) -> None:
    types: list[Callable[[object], object]] = [type(part) for part in key]
    assert decode_cursor(listing, encode_cursor(listing, key), *types) == tuple(key)


@pytest.mark.parametrize("part", [2**31, -(2**63), "9" * 30, float("inf"), float("nan")])
def test_a_cursor_with_a_number_that_no_column_holds_is_refused(part: float | str) -> None:
    with pytest.raises(Malformed):
        decode_cursor("things", encode_cursor("things", [part]), int)


def test_bindings_match_as_the_brokers_do() -> None:
    assert matches("coalition.ledger.made.v1", "coalition.ledger.made.v1")
    assert matches("*.ledger.made.v1", "op1.ledger.made.v1")
    assert not matches("*.ledger.made.v1", "op1.ledger.made.v2")
    assert not matches("*.ledger.made.v1", "a.op1.ledger.made.v1")


def test_log_lines_are_json_with_the_trace_they_belong_to(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers, logging.getLogger().level
    try:
        configure_logs("test")
        with traced(traceparent()) as trace:
            logging.getLogger("elsewhere").warning("été")
    finally:
        logging.getLogger().handlers, logging.getLogger().level = before
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["event"], line["process"], line["correlation_id"]) == ("été", "test", trace)
