"""The whole house in one test process: every service and the site composed as `deploy/local` does, over a real
PostgreSQL, with the workers' loops in threads; and people who use it by its pages, without a browser's engine.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from email import message_from_string
from email.policy import SMTP
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

from sqlalchemy import text
from werkzeug.test import Client, TestResponse

from deploy.local import settings
from deploy.local.demo.hosts import ensure_hosts
from deploy.local.folder import DataFolder
from deploy.local.instances import Instance, instances
from deploy.local.web import create_apps
from deploy.local.worker import create_workers
from gateway.edge.routes import compose
from libs.chassis.db import Database
from libs.chassis.migrations import upgrade
from libs.chassis.testing.postgres import TestServer
from libs.chassis.worker import run_workers
from services.identity.cli import ensure_account, grant_role

ROOT = Path(__file__).parents[2]
OPERATORS = ("op1", "op2")
PATIENCE_S = 60.0
SITE = "http://localhost"


class Person:
    """Somebody at a browser without scripts: it keeps cookies, sends the forms' token, and reads one language."""

    def __init__(self, house: House, language: str = "fr") -> None:
        self.house = house
        self.language = language
        self.client = Client(house.app)
        self.email = ""

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page; with `follow_redirects=True`, the one it leads to."""
        return self.client.get(path, SITE, headers=self._headers(options), **options)

    def post(self, path: str, data: Mapping[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form; a list is sent as several fields of one name."""
        form = {"csrf_token": self.token(), **(data or {})}
        return self.client.post(path, SITE, data=form, headers=self._headers(options), **options)

    def read(self, path: str) -> str:
        """The words of a page that must be there, its entities resolved."""
        answer = self.get(path, follow_redirects=True)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return words(answer)

    def token(self) -> str:
        """The token that forms carry."""
        page = self.client.get("/sign-in", SITE).get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None
        return found[1]

    def sign_in(self, email: str) -> Person:
        """Sign in by the six digits of the mail that is sent."""
        assert self.post("/sign-in", {"email": email}).status_code == 303
        assert self.post("/sign-in/code", {"code": self.house.code_for(email)}).status_code == 303
        self.email = email
        return self

    def _headers(self, options: dict[str, Any]) -> dict[str, str]:
        return {"Accept-Language": self.language, "Referer": f"{SITE}/", **options.pop("headers", {})}


class House:
    """The running whole. `app` is its WSGI application, composed of `apps`.

    `apps` and `databases` are by instance: `identity`, `defis_op1`.
    """

    def __init__(self, environ: Mapping[str, str], databases: Mapping[str, Database]) -> None:
        self.environ = environ
        self.databases = databases
        self.apps = create_apps(environ)
        self.app = compose(self.apps, OPERATORS)
        self._people = 0

    def close(self) -> None:
        """Close what the web application opened."""
        for name, app in self.apps.items():
            if name != "gateway":
                app.extensions["maillage.database"].close()

    def somebody(self, language: str = "fr") -> Person:
        """Somebody who is not signed in."""
        return Person(self, language)

    def citizen(
        self, name: str = "", *, language: str = "fr", grants: tuple[tuple[str, str], ...] = ()
    ) -> Person:
        """Somebody signed in, with a name and roles (`(role, scope)`) if they are given."""
        self._people += 1
        email = f"person{self._people}@exemple.fr"
        self.account(email, name or f"Personne {self._people}", grants)
        return Person(self, language).sign_in(email)

    def account(self, email: str, name: str, grants: tuple[tuple[str, str], ...] = ()) -> UUID:
        """The coalition's id of an account, made if there is none."""
        with self.databases["identity"].transaction() as session:
            subject = ensure_account(session, email, name)
            for role, scope in grants:
                grant_role(session, subject, role, scope)
        return subject

    def subject(self, email: str, owner: str) -> UUID:
        """The id by which an owner knows the person of an address, once they came there."""
        query = text(
            "SELECT subject FROM pairwise_subject JOIN person ON person.id = person_id "
            "WHERE email = :email AND owner = :owner"
        )
        with self.databases["identity"].transaction() as session:
            found: UUID = session.execute(query, {"email": email, "owner": owner}).scalar_one()
        return found

    def code_for(self, email: str) -> str:
        """The six digits of the last mail to an address."""
        query = text("SELECT message FROM mail WHERE recipient = :email ORDER BY id DESC LIMIT 1")
        with self.databases["identity"].transaction() as session:
            mail = message_from_string(session.execute(query, {"email": email}).scalar_one(), policy=SMTP)
        found = re.search(r"\b(\d{3}) (\d{3})\b", mail.get_body(("plain",)).get_content())
        assert found is not None
        return found[1] + found[2]

    @contextmanager
    def working(self) -> Iterator[None]:
        """The workers' loops run for the length of a block."""
        stop = Event()
        workers = create_workers(self.environ)
        running = Thread(target=run_workers, args=(workers, stop))
        running.start()
        try:
            yield
        finally:
            stop.set()
            running.join()
            for worker in workers:
                worker.database.close()

    def settle(self) -> None:
        """Wait until every event told so far was dealt with by everybody; needs `working`.

        Databases are looked at one after the other, and an event may move on to one that was looked at already. Hence
        twice: it was dealt with there meanwhile, and counts, or it waits still.
        """
        before: list[int] = []
        deadline = time.monotonic() + PATIENCE_S
        while (now := self._dealt_with()) != before or not now:
            assert time.monotonic() < deadline, "events are still on their way"
            before = now
            time.sleep(0.02)

    def _dealt_with(self) -> list[int]:
        """How many events each service has dealt with; nothing while any of them has another to tell or to hear."""
        query = """
            SELECT count(*), coalesce(bool_or(status = 'waiting'), false) OR EXISTS (SELECT FROM outbox) FROM inbox
        """
        found = []
        for database in self.databases.values():
            with database.transaction() as session:
                found.append(session.execute(text(query)).one())
        return [] if any(waiting for _number, waiting in found) else [number for number, _waiting in found]


@contextmanager
def house(postgres: TestServer, folder: Path, **environ: str) -> Iterator[House]:
    """A house with migrated databases, empty but for the demo's two operators (op1: Vosges, op2: Ille-et-Vilaine)."""
    data = DataFolder(folder / "data")
    data.prepare()
    with ExitStack() as stack:
        urls = {
            one: stack.enter_context(postgres.database(_template(postgres, one)))
            for one in instances(OPERATORS)
        }
        given = {one.database_variable: url for one, url in urls.items()}
        # Pages are read the moment after something was done, and their calls are counted.
        served = {
            "MAILLAGE_OPERATORS": ",".join(OPERATORS),
            "MAILLAGE_READS_KEPT": "0",
            **given,
            **environ,
        }
        composed = settings.compose(data, served, postgres_port=1, url=SITE)
        databases = {one.name: stack.enter_context(_opened(one, url)) for one, url in urls.items()}
        with databases["identity"].transaction() as session:
            ensure_hosts(session, datetime.now(UTC))
        built = House(composed, databases)
        stack.callback(built.close)
        yield built


@contextmanager
def _opened(instance: Instance, url: str) -> Iterator[Database]:
    owner = instance.operator or "coalition"
    database = Database(url, service=instance.service, owner=owner, pool_size=8)
    try:
        yield database
    finally:
        database.close()


def _template(postgres: TestServer, instance: Instance) -> str:
    migrations = ROOT / "services" / instance.service / "migrations"
    return postgres.template(f"house-{instance.service}", lambda url: upgrade(url, migrations))


def words(answer: TestResponse) -> str:
    """The page as text of its source, with entities resolved and blanks run together."""
    return re.sub(r"\s+", " ", html.unescape(answer.get_data(as_text=True)))
