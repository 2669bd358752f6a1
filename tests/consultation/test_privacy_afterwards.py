"""Once an account is erased, nothing of it comes back: by its token, by what was under way, or from a backup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from libs.chassis.db import Database
from libs.chassis.erasure_log import ErasureLog
from libs.chassis.ids import uuid4
from libs.chassis.inbox import Inbox
from services.consultation.consultations.models import Consultation
from services.consultation.privacy.commands import erase_subject, replay_erasures
from services.consultation.privacy.consumers import consumers_noting
from services.consultation.worker import jobs
from tests.consultation.asking import Asking
from tests.consultation.conftest import MakeProposal, Tokens, Voters
from tests.consultation.life import BASE, Life

WAITING = text("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")


def test_an_erased_account_does_nothing_more_with_its_token(
    life: Life, asking: Asking, client: FlaskClient, voters: Voters
) -> None:
    asking(life.subject)
    for path, body in (
        (f"/consultations/{voters.slug}/consent", {"version": 1}),
        (f"/consultations/{voters.slug}/proposals", {"text": "Il faut revenir encore une fois."}),
        (f"/proposals/{life.in_hand}/decision", {"decision": "accept"}),
        (f"/consultations/{voters.slug}/moderation/next", None),
    ):
        answer = client.post(f"{BASE}{path}", json=body, headers={**life.headers, "Accept-Language": "fr"})
        assert (answer.status_code, answer.json["detail"]) == (401, "Ce compte a été effacé.")
    answer = voters.vote(life.headers, life.of_others[0])
    assert (answer.status_code, answer.json["code"]) == (403, "vote.consent_missing")
    assert asking.traces(life.subject) == []


def test_an_erasure_that_arrives_before_anything_else_holds(
    asking: Asking, tokens: Tokens, client: FlaskClient, consultation: Consultation
) -> None:
    subject = uuid4()
    asking(subject)
    consent = f"{BASE}/consultations/{consultation.slug}/consent"
    answer = client.post(consent, json={"version": 1}, headers=tokens.account(subject=subject))
    assert (answer.status_code, answer.json["code"]) == (401, "account.erased")
    # A browser is nobody's account, and a row of an import has a number.
    assert (
        client.post(consent, json={"version": 1}, headers=tokens.visitor(subject=subject)).status_code == 201
    )


def test_what_was_under_way_waits_for_the_erasure_and_is_refused_by_the_database(
    asking: Asking, database: Database, make_proposal: MakeProposal
) -> None:
    subject, answers = uuid4(), []

    def propose() -> None:
        try:
            make_proposal(author_subject=subject)
        except DBAPIError as error:
            answers.append(str(error.orig))

    late = Thread(target=propose)
    with database.transaction() as session:
        erase_subject(session, subject, datetime.now(UTC))
        late.start()
        while late.is_alive() and not session.scalar(WAITING):
            pass
        assert late.is_alive(), "it did not wait"
    late.join()
    assert "erased" in answers[0]
    assert asking.traces(subject) == []


def test_whom_we_refuse_is_remembered_by_a_digest_for_forty_days(asking: Asking, database: Database) -> None:
    asking(uuid4())
    job = next(job for job in jobs if job.name == "forget-old-erasures")
    now = datetime.now(UTC)
    for days, left in ((39, 1), (41, 0)):
        with database.transaction() as session:
            job.run(session, now + timedelta(days=days))
            assert session.scalar(text("SELECT count(*) FROM erased_subject")) == left


def test_a_database_restored_from_before_is_told_again_whom_it_had_erased(
    asking: Asking, database: Database, make_proposal: MakeProposal, tmp_path: Path
) -> None:
    subject, log = uuid4(), ErasureLog(tmp_path)
    asking.mailbox = Inbox(database, consumers_noting(log))
    asking(subject)
    asking(uuid4(), owner="op1")
    with database.transaction() as session:
        session.execute(text("DELETE FROM erased_subject"))
    make_proposal(author_subject=subject)
    assert asking.traces(subject) == ["proposal"]
    with database.transaction() as session:
        assert replay_erasures(session, log, datetime.now(UTC)) == 1
    assert asking.traces(subject) == []
