"""Somebody who did everything here is erased: afterwards no table of any database holds a trace, and all say so."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.policy import SMTP as MAIL
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP
from sqlalchemy import text
from werkzeug.test import Client, TestResponse

from deploy.local.erasures import replay
from libs.chassis.db import Database
from libs.chassis.inbox import Inbox
from libs.chassis.mail import Mailer, MailSettings
from libs.chassis.testing.postgres import TestServer
from services.consultation.causes.commands import NewCause, create_cause
from services.consultation.consultations.commands import NewConsultation, create_consultation
from services.notifications.worker import consumers as notifications_consumers
from tests.pages.house import SITE, House, house

ZOE, NAME, PHONE = "Zoe.Perrin@exemple.fr", "Zoé Perrin", "06 12 34 56 78"
GOVERNANCE = {
    "controllers": ["Coalition des Territoires"],
    "dpo": "dpo@maillage.example",
    "impact_assessment": "AIPD 2026-04",
    "minimum_age": 15,
    "votes_kept_until": "2040-12-31",
    "contacts_kept_until": "2040-12-31",
}


class Caller:
    """Somebody signed in, who calls the services as the site does in their name."""

    def __init__(self, home: House, email: str, name: str, *grants: tuple[str, str]) -> None:
        self.home, self.email = home, email
        self.client = Client(home.app)
        home.account(email, name, grants)
        asked = self.client.post("/api/identity/v1/sign-in", SITE, json={"email": email}).get_json()
        opened = self._token(grant_type="email_code", request=asked["request"], code=home.code_for(email))
        at_op1 = self._token(grant_type="session", session=opened["session"], audience="op1")
        self.tokens = {"coalition": opened["access_token"], "op1": at_op1["access_token"]}

    def call(self, method: str, path: str, body: Any = None, status: int | None = None) -> TestResponse:
        """What a service answers; below 300 unless another status is expected."""
        owner = path.split("/")[1] if path.startswith("territories/") else "coalition"
        headers = {"Authorization": f"Bearer {self.tokens[owner]}"}
        answer = self.client.open(f"/api/{path}", SITE, method=method, json=body, headers=headers)
        got = answer.status_code
        assert got == status if status else got < 300, (
            f"{method} {path}: {got} {answer.get_data(as_text=True)}"
        )
        return answer

    def defi(self, method: str, path: str, body: Any = None, status: int | None = None) -> Any:
        return self.call(method, f"territories/op1/v1{path}", body, status).get_json(silent=True)

    def coalition(self, method: str, path: str, body: Any = None, status: int | None = None) -> Any:
        return self.call(method, path, body, status).get_json(silent=True)

    def _token(self, **grant: str) -> Any:
        answer = self.client.post("/api/identity/v1/token", SITE, json=grant)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()


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


def traces(home: House, needles: list[str]) -> set[tuple[str, str]]:
    """The tables, by database, in which any of `needles` stands, whatever the column and the case."""
    found = set()
    for name, database in home.databases.items():
        for table in tables(database):
            with database.transaction() as session:
                rows = session.scalars(text(f'SELECT t::text FROM "{table}" AS t')).all()
            content = "\n".join(rows).lower()
            found |= {(name, table) for needle in needles if needle.lower() in content}
    return found


def tables(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))


def vote_and_propose(zoe: Caller, moderator: Caller) -> dict[str, str]:
    """Take part in the consultation, moderate it, and come to a workshop."""
    base = "consultation/v1/consultations/territoires"
    others = [
        moderator.coalition("POST", f"{base}/proposals", {"text": f"Il faut planter {n} arbres."})["id"]
        for n in ("cent", "mille")
    ]
    own = [
        zoe.coalition("POST", f"{base}/proposals", {"text": f"Il faut ouvrir {what}."})["id"]
        for what in ("un four à pain", "une épicerie", "un marché")
    ]
    for who, proposal in ((zoe, others[0]), (zoe, others[1]), (moderator, own[0])):
        who.coalition("POST", f"consultation/v1/proposals/{proposal}/decision", {"decision": "accept"})
    refused = {"decision": "refuse", "reason": "already_exists", "note": f"Merci {NAME}."}
    moderator.coalition("POST", f"consultation/v1/proposals/{own[1]}/decision", refused)
    zoe.coalition("POST", f"{base}/consent", {"version": 1})
    for proposal in others:
        zoe.coalition(
            "PUT", f"consultation/v1/proposals/{proposal}/vote", {"choice": "agree", "qualifiers": []}
        )
    starts_at = datetime.now(UTC) + timedelta(days=5)
    workshop = {
        "title": {"fr": "Atelier"},
        "agenda": {"fr": "Planter."},
        "facilitator": "Marie",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=2)).isoformat(),
        "place": "Épinal",
        "capacity": 1,
        "proposals": [others[0]],
    }
    workshop_id = moderator.coalition("POST", "consultation/v1/causes/territoires/workshops", workshop)["id"]
    for who in (zoe, moderator):
        who.coalition("PUT", f"consultation/v1/workshops/{workshop_id}/place")
    return {"accepted": own[0], "voted": others[0], "workshop": workshop_id}


def begin_defi(porteur: Caller, ebv: Caller, title: str) -> str:
    """The id of a défi that everybody reads."""
    fields = {
        "title": title,
        "problem": "On ne se croise plus.",
        "commune": {"code": "88400", "name": "Rouvres-en-Xaintois"},
        "first_date": (datetime.now(UTC) + timedelta(days=30)).date().isoformat(),
    }
    defi: str = porteur.defi("POST", "/defis", fields)["id"]
    porteur.defi("POST", f"/defis/{defi}/submission")
    ebv.defi("POST", f"/defis/{defi}/decision", {"decision": "publish"})
    return defi


def join_and_pledge(zoe: Caller, anne: Caller, ebv: Caller) -> dict[str, str]:
    """Join a défi, pledge to it, come to its meeting; and carry another."""
    joined, carried = begin_defi(anne, ebv, "Un café"), begin_defi(zoe, ebv, "Un atelier vélo")
    presented = {"name": NAME, "contact": PHONE, "message": "Me voici."}
    member = zoe.defi("POST", f"/defis/{joined}/membership", presented)["id"]
    anne.defi("POST", f"/defis/{joined}/members/{member}/answer", {"answer": "accept"})
    anne.defi("POST", f"/defis/{carried}/membership", {"name": "Anne"})
    pledge = {"kind": "skill", "description": "Je répare.", "name": NAME, "contact": PHONE}
    zoe.defi("POST", f"/defis/{joined}/pledges", pledge)
    starts_at = datetime.now(UTC) + timedelta(days=7)
    meeting = {
        "kind": "debate",
        "title": "On en parle",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=2)).isoformat(),
        "place": "Salle des fêtes",
    }
    met = anne.defi("POST", f"/defis/{joined}/meetings", meeting)["id"]
    zoe.defi("PUT", f"/defis/{joined}/meetings/{met}/registration", {"name": NAME})
    return {"joined": joined, "carried": carried}


def follow(zoe: Caller, home: House) -> None:
    """Choose mails, follow with the account, and also without it."""
    zoe.coalition("PATCH", "notifications/v1/preferences", {"levels": {"defi.refused": "none"}})
    zoe.coalition("POST", "notifications/v1/follows", {"topic": "commune:88400"})
    asked = {"email": zoe.email, "topic": "commune:35238"}
    assert zoe.client.post("/api/notifications/v1/follows/by-email", SITE, json=asked).status_code == 202
    query = text("SELECT message FROM mail WHERE recipient = :email ORDER BY id DESC")
    with home.databases["notifications"].transaction() as session:
        bodies = [words(message) for message in session.scalars(query, {"email": zoe.email})]
    (token,) = (found[1] for body in bodies if (found := re.search(r"/follow/confirm\?token=([\w-]+)", body)))
    confirmed = zoe.client.post("/api/notifications/v1/follows/confirm", SITE, json={"token": token})
    assert confirmed.status_code == 200
    zoe.client.post("/api/notifications/v1/follows/by-email", SITE, json={**asked, "topic": "commune:75056"})


def words(message: str) -> str:
    plain = message_from_string(message, policy=MAIL).get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


def everything_of(home: House, zoe: Caller) -> list[str]:
    """Every id, address, name and number that says who somebody is."""
    with home.databases["identity"].transaction() as session:
        internal = session.scalar(text("SELECT id FROM person WHERE email = :email"), {"email": zoe.email})
    ids = [internal, *(home.subject(zoe.email, owner) for owner in ("coalition", "op1"))]
    return [zoe.email, NAME, PHONE, *(form for id in ids for form in (str(id), UUID(str(id)).hex))]


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
        with database.transaction() as session:
            session.execute(text("UPDATE mail SET next_try = now()"))
        while mailer.send_next():
            pass
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
    with home.databases["notifications"].transaction() as session:
        heard = session.execute(text("SELECT consumer, envelope FROM inbox WHERE envelope <> ''")).all()
    held = traces(home, needles)
    assert {name for name, _table in held} == {"identity", "consultation", "notifications", "defis_op1"}

    erased = zoe.coalition("POST", "identity/v1/me/erasure", {"email": ZOE.lower()})
    home.settle()

    shown = zoe.client.get(f"/api/identity/v1/erasures/{erased['receipt']}", SITE).get_json()
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
    assert traces(home, needles) == {("identity", "mail")}, "the last mail has not left yet"
    assert erased["receipt"] in send_last_mail(home)
    assert traces(home, needles) == set()

    come_late(home, zoe, things, [row for row in heard if any(n in row.envelope for n in needles)])
    assert traces(home, needles) == set()
    others_go_on(moderator, anne, things)
    again = dict.fromkeys(("consultation", "notifications", "defis_op1"), 1)
    assert replay(home.environ) == {"identity": 0, "defis_op2": 0, **again}


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
