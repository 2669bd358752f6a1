"""Somebody who did everything here is erased: afterwards no table of any database holds a trace, and all say so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from sqlalchemy import text

from deploy.local.erasures import replay
from libs.chassis.inbox import Inbox
from libs.chassis.mail import Mailer, MailSettings
from libs.chassis.testing.postgres import TestServer
from libs.chassis.testing.waiting import eventually
from services.consultation.causes.commands import NewCause, create_cause
from services.consultation.consultations.commands import NewConsultation, create_consultation
from services.notifications.worker import consumers as notifications_consumers
from tests.local.callers import GOVERNANCE, Caller
from tests.local.life import NAME, ZOE, follow, join_and_pledge, vote_and_propose, words
from tests.local.traces import everything_of, traces
from tests.pages.house import SITE, House, house


@pytest.fixture(scope="module")
def home(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole system, its workers running, with a consultation that is open."""
    with house(postgres, tmp_path_factory.mktemp("erasure")) as built, built.working():
        now = datetime.now(UTC)
        with built.databases["consultation"].transaction() as session:
            named = {"slug": "territoires", "title": {"fr": "Territoires"}}
            dates = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=9)}
            cause = create_cause(session, NewCause(**named, mandate={"fr": "Vivre mieux."}, **dates), now)
            asked = {"question": {"fr": "Comment ?"}, "introduction": {"fr": "…"}}
            asked |= {"consent_text": {"fr": "J’accepte."}}
            new = NewConsultation(**named, **asked, governance=GOVERNANCE, **dates)
            create_consultation(session, cause, new, now)
        yield built


@contextmanager
def mail_server() -> Iterator[tuple[str, list[str]]]:
    """The address of a real mail server, and the mails it was given."""

    class Catcher:
        taken: list[str] = []

        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
            self.taken.append(envelope.content.decode())
            return "250 kept"

    loop = asyncio.new_event_loop()
    serving = loop.create_server(lambda: SMTP(Catcher(), hostname="localhost"), "127.0.0.1", 0)
    server = loop.run_until_complete(serving)
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", Catcher.taken
    finally:
        server.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def send_last_mail(home: House) -> str:
    """Hand the mails that wait at identity to a mail server; the words of the last one to whoever was erased."""
    database = home.databases["identity"]
    with mail_server() as (url, taken):
        mailer = Mailer(database, MailSettings(url=url, sender="bonjour@maillage.test"))

        def sent() -> bool:
            with database.transaction() as session:
                session.execute(text("UPDATE mail SET next_try = now()"))
            while mailer.send_next():
                pass
            return any(f"To: {ZOE}" in mail for mail in taken)

        # The house's own worker, which has no mail server, may be trying that very mail.
        eventually(sent)
    (last,) = (mail for mail in taken if f"To: {ZOE}" in mail)
    return words(last)


def test_somebody_erased_leaves_no_trace_in_any_database_and_every_service_declares_it(home: House) -> None:
    roles = [("moderator", "coalition"), ("administrator", "coalition"), ("coordinator", "coalition")]
    moderator = Caller(home, "moderatrice@exemple.fr", "Maud", *roles)
    anne = Caller(home, "anne@exemple.fr", "Anne")
    ebv = Caller(home, "ebv@exemple.fr", "Éva", ("ebv", "territory:88"))
    zoe = Caller(home, ZOE, NAME, ("moderator", "coalition"))
    home.settle()
    things = vote_and_propose(zoe, moderator) | join_and_pledge(zoe, anne, ebv)
    follow(zoe, home)
    home.settle()
    needles = everything_of(home, zoe)
    noticed = zoe.coalition("GET", "notifications/v1/inbox")["items"]
    assert {notice["kind"] for notice in noticed} >= {"proposal.refused", "defi.membership_accepted"}
    heard = heard_of(home, needles)
    held = traces(home, needles)
    assert {name for name, _table in held} == {"identity", "consultation", "notifications", "defis_op1"}

    erased = zoe.coalition("POST", "identity/v1/me/erasure", {"email": ZOE.lower()})
    home.settle()

    all_declare(home, zoe, erased["receipt"])
    assert traces(home, needles) == {("identity", "mail")}, "the last mail has not left yet"
    assert erased["receipt"] in send_last_mail(home)
    assert traces(home, needles) == set()

    come_late(home, zoe, things, heard)
    assert traces(home, needles) == set()
    others_go_on(moderator, anne, things)
    again = dict.fromkeys(("consultation", "notifications", "defis_op1"), 1)
    assert replay(home.environ) == {"identity": 0, "defis_op2": 0, **again}


def heard_of(home: House, needles: list[str]) -> list[Any]:
    """The envelopes that name somebody, as they stand in the mailbox of notifications."""
    with home.databases["notifications"].transaction() as session:
        heard = session.execute(text("SELECT consumer, envelope FROM inbox WHERE envelope <> ''")).all()
    return [row for row in heard if any(needle in row.envelope for needle in needles)]


def all_declare(home: House, zoe: Caller, receipt: str) -> None:
    """Each service that knew of somebody says on the receipt what it erased, and notes it for after a backup."""
    shown = zoe.client.get(f"/api/identity/v1/erasures/{receipt}", SITE).get_json()
    assert shown["done"]
    parts = {(part["owner"], part["service"]): part["erased"] for part in shown["parts"]}
    assert set(parts) == {
        ("coalition", "identity"),
        ("coalition", "consultation"),
        ("coalition", "notifications"),
        ("op1", "defis"),
    }
    consultation, defis = parts["coalition", "consultation"], parts["op1", "defis"]
    assert (consultation["votes"], consultation["workshop_places"]) == (2, 1)
    assert (consultation["proposals_deleted"], consultation["proposals_made_anonymous"]) == (2, 1)
    assert (defis["memberships"], defis["pledges_deleted"], defis["defis_paused"]) == (2, 1, 1)
    assert parts["coalition", "notifications"]["follows"] == 1
    noted = Path(home.environ["MAILLAGE_ERASURE_LOG"]).iterdir()
    assert {file.name.rpartition(".20")[0] for file in noted} == {".".join(part) for part in parts}


def come_late(home: House, zoe: Caller, things: dict[str, str], heard: list[Any]) -> None:
    """A token that still works, old events delivered again, and the same events as if they had only just arrived."""
    for method, path, body in (
        ("PUT", f"consultation/v1/workshops/{things['workshop']}/place", None),
        ("POST", "consultation/v1/consultations/territoires/consent", {"version": 1}),
        ("PATCH", "identity/v1/me", {"display_name": NAME}),
        ("POST", "notifications/v1/follows", {"topic": "commune:88400"}),
        ("POST", f"territories/op1/v1/defis/{things['joined']}/membership", {"name": NAME}),
    ):
        code = zoe.call(method, path, body, status=401).get_json()["code"]
        assert code in ("account.erased", "account.gone")
    vote = {"choice": "agree", "qualifiers": []}
    zoe.coalition("PUT", f"consultation/v1/proposals/{things['voted']}/vote", vote, status=403)
    assert heard
    notifications = home.databases["notifications"]
    mailbox = Inbox(notifications, notifications_consumers)
    mailbox.receive([row.envelope for row in heard])
    with notifications.transaction() as session:
        session.execute(text("DELETE FROM inbox"))
    mailbox.receive([row.envelope for row in heard])
    home.settle()


def others_go_on(moderator: Caller, anne: Caller, things: dict[str, str]) -> None:
    """What others built on stays, without whoever was erased."""
    proposal = moderator.coalition("GET", f"consultation/v1/proposals/{things['accepted']}")
    assert proposal["text"] == "Il faut ouvrir un four à pain."
    assert moderator.coalition("GET", f"consultation/v1/proposals/{things['voted']}")["tally"]["agree"] == 0
    place = moderator.coalition("GET", f"consultation/v1/workshops/{things['workshop']}/place")
    assert place["state"] == "registered"
    assert anne.defi("GET", f"/defis/{things['carried']}")["state"] == "paused"
    told = {notice["kind"] for notice in anne.coalition("GET", "notifications/v1/inbox")["items"]}
    assert {"defi.pledge_withdrawn", "defi.state_changed"} <= told
