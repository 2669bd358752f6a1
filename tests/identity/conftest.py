"""An identity service on a database of the test's own, and what a test does with it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from libs.chassis.db import Database
from libs.chassis.keys import KeyStore
from libs.chassis.migrations import upgrade
from libs.chassis.tokens import TokenVerifier
from services.identity import cli
from services.identity.app import MIGRATIONS, create_app
from services.identity.settings import IdentitySettings
from services.identity.territories.commands import load_gazetteer
from services.identity.worker import jobs
from tests.identity.small_france import small_france

SITE = "https://maillage.test"
ISSUER = f"{SITE}/api/identity"
API = "/api/identity"


@dataclass(frozen=True)
class Letter:
    """What somebody reads in a mail of ours."""

    message: EmailMessage
    text: str
    html: str

    @property
    def token(self) -> str:
        found = re.search(r"/sign-in/link\?token=([\w-]+)", self.text)
        assert found
        return found[1]

    @property
    def code(self) -> str:
        found = re.search(r"^ +(\d{3} \d{3})$", self.text, re.MULTILINE)
        assert found
        return found[1]


class Identity:
    """One process of the service, with the calls that tests make most."""

    def __init__(self, url: str, **settings: Any) -> None:
        self.settings = IdentitySettings(
            **{
                "database_url": url,
                "bus_url": "embedded://",
                "secret": "a secret of the tests, long enough to be one",
                "public_url": SITE,
                "issuer": ISSUER,
                "smtp_url": "smtp://127.0.0.1:1",
                "mail_from": "Maillage <bonjour@maillage.test>",
            }
            | settings
        )
        self.database = Database(url, service="identity", owner=self.settings.owner, pool_size=16)
        self.verifier = TokenVerifier(
            KeyStore(self.database), issuers=frozenset({self.settings.issuer}), audience=self.settings.owner
        )
        self.app: Flask = create_app(self.settings, self.database, self.verifier)
        self._members: dict[tuple[Any, ...], tuple[str, str]] = {}

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str | None = None,
        language: str = "en",
        **options: Any,
    ) -> TestResponse:
        if body is not None:
            options |= {"data": json.dumps(body), "content_type": "application/json"}
        headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {token}"} if token else {})
        return self.app.test_client().open(f"{API}{path}", method=method, headers=headers, **options)

    def mails(self) -> list[Letter]:
        """The mails queued so far, in order."""
        with self.database.transaction() as session:
            rows = session.execute(text("SELECT message FROM mail ORDER BY queued_at, id")).scalars().all()
        return [_letter(row) for row in rows]

    def events(self, name: str) -> list[dict[str, Any]]:
        """The data of the facts of that name told so far."""
        query = text("SELECT envelope::json -> 'data' FROM outbox WHERE type LIKE :type ORDER BY position")
        with self.database.transaction() as session:
            return list(session.execute(query, {"type": f"coalition.identity.{name}.v%"}).scalars())

    def execute(self, statement: str, **values: Any) -> Any:
        """Run one SQL statement, for what only time or an attacker would do."""
        with self.database.transaction() as session:
            return session.execute(text(statement), values)

    def run_job(self, name: str, now: datetime) -> None:
        """Run a scheduled job as if it were `now`."""
        job = next(job for job in jobs(self.settings) if job.name == name)
        with self.database.transaction() as session:
            job.run(session, now)

    def ask(self, email: str, **more: Any) -> dict[str, Any]:
        """Ask for a mail; returns the answer, the mail is the last of `mails`."""
        answer = self.call("POST", "/v1/sign-in", {"email": email, **more})
        assert answer.status_code == 202, answer.json
        return dict(answer.json or {})

    def redeem(self, **grant: str) -> TestResponse:
        return self.call("POST", "/v1/token", grant)

    def sign_in(self, email: str) -> dict[str, Any]:
        """Sign somebody in by their link."""
        self.ask(email)
        answer = self.redeem(grant_type="email_link", token=self.mails()[-1].token)
        assert answer.status_code == 200, answer.json
        return dict(answer.json or {})

    def member(self, email: str, *roles: tuple[str, str]) -> tuple[str, str]:
        """The access token and the id of somebody who holds `roles`, given at the console. Made once."""
        if (email, *roles) in self._members:
            return self._members[email, *roles]
        with self.database.transaction() as session:
            person: UUID = cli.ensure_account(session, email, None)
            for role, scope in roles:
                cli.grant_role(session, person, role, scope)
        self._members[email, *roles] = self.sign_in(email)["access_token"], str(person)
        return self._members[email, *roles]

    def administrator(self) -> str:
        """The access token of somebody who may everything."""
        return self.member("admin@example.org", ("administrator", "coalition"))[0]


def _letter(source: str) -> Letter:
    message = message_from_string(source, policy=policy.default)
    assert isinstance(message, EmailMessage)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return Letter(message, *(part.get_content().replace("\r\n", "\n") for part in (plain, html)))


@pytest.fixture(scope="session")
def migrated(postgres: Any) -> str:
    """The address of a database with the service's tables, to copy."""
    return str(postgres.template("identity", lambda url: upgrade(url, MIGRATIONS)))


@pytest.fixture
def identity_url(postgres: Any, migrated: str) -> Iterator[str]:
    """The address of a database with the service's tables and nothing in them."""
    with postgres.database(migrated) as url:
        yield url


@pytest.fixture
def identity(identity_url: str) -> Iterator[Identity]:
    """The service."""
    service = Identity(identity_url)
    yield service
    service.database.close()


@pytest.fixture(scope="module")
def unchanged(postgres: Any, migrated: str) -> Iterator[Identity]:
    """The service, shared by the tests of a module in which it only refuses: a database costs a quarter second."""
    with postgres.database(migrated) as url:
        service = Identity(url)
        yield service
        service.database.close()


@pytest.fixture
def france(identity: Identity, tmp_path: Path) -> Identity:
    """The service, with the small France."""
    with identity.database.transaction() as session:
        load_gazetteer(session, small_france(tmp_path / "2026"), datetime.now(UTC))
    return identity


@pytest.fixture
def processes(identity_url: str) -> Iterator[list[Identity]]:
    """Two processes of the service on one database."""
    services = [Identity(identity_url), Identity(identity_url)]
    yield services
    for service in services:
        service.database.close()


def claims(token: str) -> dict[str, Any]:
    """What a token says, believed as it stands."""
    return dict(_part(token, 1))


def kid(token: str) -> str:
    """The name of the key that a token says signed it."""
    return str(_part(token, 0)["kid"])


def _part(token: str, number: int) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[number] + "==")))


def add_operators(identity: Identity) -> str:
    """Add two operators, `op1` and `op2`, of one organisation; returns the organisation's id."""
    administrator = identity.administrator()
    made = identity.call(
        "POST", "/v1/organisations", {"name": "Les Liens du Val", "kind": "association"}, administrator
    )
    organisation = str(made.json["id"])
    for code in ("op1", "op2"):
        operator = {
            "code": code,
            "name": f"Opérateur {code}",
            "organisation": organisation,
            "contact": f"contact@{code}.example.org",
            "territory": "Le Val et ses environs",
            "status": "active",
        }
        assert identity.call("POST", "/v1/operators", operator, administrator).status_code == 201
    return organisation


@pytest.fixture
def two_operators(identity: Identity) -> str:
    """`op1` and `op2`, of the organisation whose id this is."""
    return add_operators(identity)
