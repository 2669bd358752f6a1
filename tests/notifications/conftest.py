"""A notifications service on a database of the test's own, the events it hears, and the mails it sends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string, policy
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OKPKey
from sqlalchemy import text
from werkzeug.test import TestResponse

from libs.chassis.db import Database
from libs.chassis.ids import uuid4, uuid7
from libs.chassis.inbox import Inbox
from libs.chassis.mail import Mailer, MailSettings
from libs.chassis.migrations import upgrade
from libs.chassis.testing.postgres import TestServer
from libs.chassis.tokens import TokenVerifier
from libs.contracts.envelope import Envelope
from libs.contracts.event import Event
from libs.contracts.identity import ContactConfirmed, SubjectPaired
from libs.contracts.notices import ConsultationNotice, DefisNotice
from services.notifications.app import MIGRATIONS, create_app
from services.notifications.digests.commands import send_digests
from services.notifications.email.commands import send_at_once
from services.notifications.inbox.commands import News, receive
from services.notifications.post import Post
from services.notifications.settings import NotificationsSettings
from services.notifications.worker import consumers
from tests.notifications.letters import SITE, Letter, letter

ISSUER = f"{SITE}/api/identity"
API = "/api/notifications/v1"
OPERATOR = "op1"


@dataclass(frozen=True)
class Account:
    """Somebody with an account: the coalition's id of them, and the operator's."""

    id: UUID
    known_to_operator_as: UUID
    email: str


class Notifications:
    """One process of the service, with what tests do most."""

    def __init__(self, url: str, **settings: Any) -> None:
        self.settings = NotificationsSettings(
            **{
                "database_url": url,
                "bus_url": "embedded://",
                "secret": "a secret of the tests, long enough to be one",
                "public_url": SITE,
                "issuer": ISSUER,
                "jwks_url": f"{ISSUER}/.well-known/jwks.json",
                "smtp_url": "smtp://127.0.0.1:1",
                "mail_from": "Maillage <nouvelles@maillage.test>",
            }
            | settings
        )
        self.database = Database(url, service="notifications", owner="coalition", pool_size=16)
        self._key = OKPKey.generate_key("Ed25519", {"kid": "test"}, private=True)
        verifier = TokenVerifier(self, issuers=frozenset({ISSUER}), audience="coalition")
        self.app: Flask = create_app(self.settings, self.database, verifier)
        self.post = Post.of(self.settings)
        self.mailbox = Inbox(self.database, consumers)
        self._sequences: dict[str, int] = {}

    def get(self, issuer: str, kid: str) -> OKPKey | None:
        """The public key, as `TokenVerifier` looks it up."""
        return self._key if (issuer, kid) == (ISSUER, "test") else None

    def hear(self, event: Event, *, owner: str = "coalition", at: datetime | None = None) -> str:
        """Deliver an event, as the bus would. Returns its envelope, to deliver again."""
        body = self.envelope(event, owner=owner, at=at)
        self.mailbox.receive([body])
        return body

    def envelope(self, event: Event, *, owner: str = "coalition", at: datetime | None = None) -> str:
        """An event as its publisher would send it, the next of its subject; not delivered."""
        service = event.name.partition(".")[0]
        source = f"/{owner}/{service}"
        rank = self._sequences[f"{source} {event.subject}"] = (
            self._sequences.get(f"{source} {event.subject}", 0) + 1
        )
        return Envelope(
            id=uuid7(),
            type=event.type(owner),
            source=source,
            subject=event.subject,
            sequence=rank,
            time=at or datetime.now(UTC),
            data=event.dump(),
            traceparent="",
        ).to_json()

    def person(self, email: str = "ana@example.org", language: str = "fr") -> Account:
        """Somebody whom identity has told of."""
        account = Account(uuid4(), uuid4(), email)
        self.hear(ContactConfirmed(person_id=account.id, email=email, language=language))
        self.hear(
            SubjectPaired(person_id=account.id, owner=OPERATOR, pairwise_id=account.known_to_operator_as)
        )
        return account

    def notify(self, account: Account, kind: str = "defi.gate_refused", **more: Any) -> str:
        """An operator says something to somebody."""
        values = {"reference": f"defi:{uuid7()}", "title": "Café des voisins", "facts": {}} | more
        at = values.pop("at", None)
        return self.hear(
            DefisNotice(recipient=account.known_to_operator_as, kind=kind, **values), owner=OPERATOR, at=at
        )

    def notify_author(self, account: Account, kind: str, **facts: Any) -> str:
        """The consultation service says something to somebody."""
        notice = ConsultationNotice(
            recipient=account.id,
            kind=kind,
            reference=f"proposal:{uuid7()}",
            title="Il faut planter des arbres",
            facts=facts,
        )
        return self.hear(notice)

    def tell(self, account: Account, kind: str, facts: dict[str, Any]) -> None:
        """Keep a notice of any kind for somebody, also of one that no publisher may name."""
        now = datetime.now(UTC)
        news = News(kind=kind, path="/notices", title="Café des voisins", facts=facts, happened_at=now)
        with self.database.transaction() as session:
            receive(session, {account.id: None}, news, now)

    def at_once(self, now: datetime | None = None) -> int:
        with self.database.transaction() as session:
            return send_at_once(session, self.post, now or datetime.now(UTC))

    def digests(self, now: datetime, hour: int = 7) -> int:
        with self.database.transaction() as session:
            return send_digests(session, self.post, hour, now)

    def mails(self) -> list[Letter]:
        """The mails queued so far, in order."""
        rows = self.rows("SELECT message FROM mail ORDER BY queued_at, id")
        return [letter(message_from_string(row, policy=policy.default)) for (row,) in rows]

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.database.transaction() as session:
            result = session.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    def call(
        self, method: str, path: str, body: Any = None, who: Account | UUID | None = None, **options: Any
    ) -> TestResponse:
        headers = {"Accept-Language": options.pop("language", "fr")} | options.pop("headers", {})
        if who is not None:
            headers["Authorization"] = f"Bearer {self.token(who)}"
        if body is not None:
            options["json"] = body
        return self.app.test_client().open(f"{API}{path}", method=method, headers=headers, **options)

    def token(self, who: Account | UUID, kind: str = "account") -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": "coalition",
            "sub": str(who.id if isinstance(who, Account) else who),
            "kind": kind,
            "grants": [],
            "iat": now,
            "exp": now + 300,
        }
        return jwt.encode({"alg": "Ed25519", "kid": "test"}, claims, self._key, algorithms=["Ed25519"])

    def inbox(self, who: Account, query: str = "", **options: Any) -> Any:
        answer = self.call("GET", f"/inbox{query}", who=who, **options)
        assert answer.status_code == 200, answer.json
        return answer.json

    def prefer(self, who: Account, **levels: str) -> TestResponse:
        """Choose levels; in the names of kinds, a point is written as two underscores."""
        chosen = {kind.replace("__", "."): level for kind, level in levels.items()}
        return self.call("PATCH", "/preferences", {"levels": chosen}, who)

    def follow(self, email: str, topic: str, **more: Any) -> None:
        """Follow something by e-mail, confirmed."""
        asked = self.call("POST", "/follows/by-email", {"email": email, "topic": topic, **more})
        assert asked.status_code == 202, asked.json
        token = self.mails()[-1].confirmation
        confirmed = self.call("POST", "/follows/confirm", {"token": token})
        assert confirmed.status_code == 200, confirmed.json
        self.rows("DELETE FROM mail")


@pytest.fixture(scope="session")
def migrated(postgres: TestServer) -> str:
    """The address of a database with the service's tables, to copy."""
    return postgres.template("notifications", lambda url: upgrade(url, MIGRATIONS))


@pytest.fixture
def service(postgres: TestServer, migrated: str) -> Iterator[Notifications]:
    """The service."""
    with postgres.database(migrated) as url:
        process = Notifications(url)
        yield process
        process.database.close()


@pytest.fixture
def ana(service: Notifications) -> Account:
    """Somebody who reads French."""
    return service.person()


class Catcher:
    """A mail server that keeps what it is given, as it came over the wire."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.raw.append(envelope.content)
        return "250 kept"

    @property
    def letters(self) -> list[Letter]:
        return [letter(message_from_bytes(raw, policy=policy.default)) for raw in self.raw]


@pytest.fixture
def smtp(service: Notifications) -> Iterator[Any]:
    """A real mail server, and a mailer that hands it all that is queued."""
    catcher, loop = Catcher(), asyncio.new_event_loop()
    # Not aiosmtpd's Controller: it connects to the port it was asked for, and would ask port 0.
    serving = loop.create_server(lambda: SMTP(catcher, hostname="localhost"), "127.0.0.1", 0)
    server = loop.run_until_complete(serving)
    port = server.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever)
    thread.start()
    mailer = Mailer(
        service.database,
        MailSettings(url=f"smtp://127.0.0.1:{port}", sender=service.settings.mail_from),
    )

    def deliver() -> list[Letter]:
        while mailer.send_next():
            pass
        return catcher.letters

    deliver.catcher = catcher  # type: ignore[attr-defined]
    deliver.url = f"smtp://127.0.0.1:{port}"  # type: ignore[attr-defined]
    yield deliver
    server.close()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
