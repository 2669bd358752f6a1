"""What tests of the défi service share: a migrated database, the web app of an operator, people, a défi."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OKPKey
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.ids import uuid4, uuid7
from libs.chassis.migrations import upgrade
from libs.chassis.testing.postgres import TestServer
from libs.chassis.tokens import Grant, Principal, TokenVerifier
from services.defis.app import MIGRATIONS, create_app
from services.defis.settings import DefisSettings

ISSUER = "https://maillage.example/api/identity"
BASE = "/api/territories/op1/v1"
COMMUNE = {"code": "26362", "name": "Valence"}


@pytest.fixture
def database(postgres: TestServer) -> Iterator[Database]:
    """A migrated, empty database of the operator `op1`."""
    with migrated(postgres, "op1") as database:
        yield database


@contextmanager
def migrated(postgres: TestServer, owner: str) -> Iterator[Database]:
    """A migrated, empty database of an operator, for the length of a block."""
    template = postgres.template("defis", lambda url: upgrade(url, MIGRATIONS))
    with postgres.database(template) as url:
        database = Database(url, service="defis", owner=owner, pool_size=12)
        yield database
        database.close()


@dataclass(frozen=True)
class Person:
    """Somebody who calls: by HTTP with `headers`, or in process as `principal`."""

    principal: Principal
    headers: dict[str, str]

    @property
    def subject(self) -> UUID:
        return self.principal.subject


class Tokens:
    """An issuer of tokens for tests."""

    def __init__(self) -> None:
        self._key = OKPKey.generate_key("Ed25519", {"kid": "test"}, private=True)

    def verifier(self, audience: str) -> TokenVerifier:
        return TokenVerifier(self, issuers=frozenset({ISSUER}), audience=audience)

    def get(self, issuer: str, kid: str) -> OKPKey | None:
        """The public key, as `TokenVerifier` looks it up."""
        return self._key if (issuer, kid) == (ISSUER, "test") else None

    def account(self, *grants: tuple[str, str], subject: UUID | None = None, audience: str = "op1") -> Person:
        """Somebody signed in, who holds roles within scopes."""
        held = frozenset(Grant(role, scope) for role, scope in grants)
        principal = Principal(subject or uuid7(), "account", held)
        return Person(principal, self._headers(principal, audience))

    def visitor(self) -> Person:
        """A browser."""
        principal = Principal(uuid4(), "visitor", frozenset())
        return Person(principal, self._headers(principal, "op1"))

    def _headers(self, principal: Principal, audience: str) -> dict[str, str]:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": audience,
            "sub": str(principal.subject),
            "kind": principal.kind,
            "grants": [[grant.role, grant.scope] for grant in principal.grants],
            "iat": now,
            "exp": now + 300,
        }
        token = jwt.encode({"alg": "Ed25519", "kid": "test"}, claims, self._key, algorithms=["Ed25519"])
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="session")
def tokens() -> Tokens:
    """Who asks."""
    return Tokens()


def make_client(database: Database, tokens: Tokens, **settings_: Any) -> FlaskClient:
    """A client of the web app of the operator whose database it is."""
    settings = DefisSettings(
        database_url=database.url,
        bus_url="embedded://",
        issuer=ISSUER,
        jwks_url=f"{ISSUER}/.well-known/jwks.json",
        owner=database.owner,
        public_url="https://maillage.example",
        **settings_,
    )
    return create_app(settings, database, tokens.verifier(database.owner)).test_client()


@pytest.fixture
def client(database: Database, tokens: Tokens) -> FlaskClient:
    """A client of the web app of `op1`."""
    return make_client(database, tokens)


@pytest.fixture
def anne(tokens: Tokens) -> Person:
    """Who carries the défi."""
    return tokens.account()


@pytest.fixture
def bruno(tokens: Tokens) -> Person:
    """A citizen."""
    return tokens.account()


@pytest.fixture
def chloe(tokens: Tokens) -> Person:
    """Another citizen."""
    return tokens.account()


@pytest.fixture
def ebv(tokens: Tokens) -> Person:
    """The Entrepreneur du Bien Vivre of the département of the défi."""
    return tokens.account(("ebv", "territory:26"))


@pytest.fixture
def staff(tokens: Tokens) -> Person:
    """Somebody of the operator's staff."""
    return tokens.account(("operator_staff", "operator:op1"))


@dataclass
class Api:
    """One défi over HTTP. Each call gives the answer's JSON, having checked its status."""

    client: FlaskClient
    id: str

    def call(self, method: str, path: str, who: Person | None = None, expect: int = 200, **body: Any) -> Any:
        """Call an address below the défi, with `body` as JSON."""
        address = f"{BASE}/defis/{self.id}{path}"
        options: dict[str, Any] = {"json": body} if method in ("post", "put", "patch") else {}
        answer = getattr(self.client, method)(address, headers=who.headers if who else {}, **options)
        assert answer.status_code == expect, (answer.status_code, answer.json)
        return answer.json if answer.data else None

    def get(self, path: str = "", who: Person | None = None, expect: int = 200) -> Any:
        return self.call("get", path, who, expect)

    def post(self, path: str, who: Person | None = None, expect: int = 200, **body: Any) -> Any:
        return self.call("post", path, who, expect, **body)

    def put(self, path: str, who: Person | None = None, expect: int = 200, **body: Any) -> Any:
        return self.call("put", path, who, expect, **body)

    def patch(self, path: str, who: Person | None = None, expect: int = 200, **body: Any) -> Any:
        return self.call("patch", path, who, expect, **body)

    def delete(self, path: str, who: Person | None = None, expect: int = 204) -> Any:
        return self.call("delete", path, who, expect)

    def join(self, who: Person, by: Person, name: str = "Bruno") -> str:
        """Make `who` a member: they ask, `by` accepts. Gives the member's id."""
        member = self.post("/membership", who, 201, name=name)["id"]
        self.post(f"/members/{member}/answer", by, answer="accept")
        return str(member)

    def join_core(self, who: Person, by: Person) -> str:
        """Make `who` one of the core group."""
        member = self.join(who, by)
        self.put(f"/members/{member}/role", by, role="core")
        return member

    def pledge(self, who: Person, **fields: Any) -> str:
        """Offer something."""
        given = {"kind": "skill", "description": "Je sais souder.", "name": "Chloé"} | fields
        return str(self.post("/pledges", who, 201, **given)["id"])

    def meet(self, who: Person, **fields: Any) -> str:
        """Announce a meeting in a week."""
        starts = datetime.now(UTC) + timedelta(days=7)
        given = {
            "kind": "debate",
            "title": "Un café au village ?",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=2)).isoformat(),
            "place": "Salle des fêtes",
        } | fields
        return str(self.post("/meetings", who, 201, **given)["id"])


DRAFT = {
    "title": "Un café participatif",
    "problem": "Le dernier café du village a fermé.",
    "commune": COMMUNE,
    "kind": "rural",
    "themes": ["lien-social", "tricot"],
    "first_date": "2027-01-15",
}


@pytest.fixture
def draft(client: FlaskClient, anne: Person) -> Callable[..., Api]:
    """Makes drafts that Anne carries, with whatever else is asked of them."""

    def make(who: Person = anne, **changes: Any) -> Api:
        answer = client.post(f"{BASE}/defis", json=DRAFT | changes, headers=who.headers)
        assert answer.status_code == 201, answer.json
        return Api(client, answer.json["id"])

    return make


@pytest.fixture
def publish(draft: Callable[..., Api], anne: Person, ebv: Person) -> Callable[..., Api]:
    """Makes published défis that Anne carries."""

    def make(who: Person = anne, **changes: Any) -> Api:
        defi = draft(who, **changes)
        defi.post("/submission", who)
        stage = {"stage": changes["entry_stage"]} if "entry_stage" in changes else {}
        defi.post("/decision", ebv, decision="publish", **stage)
        return defi

    return make


@pytest.fixture
def defi(publish: Callable[..., Api]) -> Api:
    """A published défi that Anne carries."""
    return publish()


@pytest.fixture
def hold(database: Database) -> Callable[[str], None]:
    """Lets a meeting's time come: it began an hour ago."""

    def make(meeting: str) -> None:
        with database.transaction() as session:
            session.execute(
                text(
                    "UPDATE meeting SET starts_at = now() - interval '1 hour',"
                    " ends_at = now() + interval '1 hour' WHERE id = :id"
                ),
                {"id": meeting},
            )

    return make


@pytest.fixture
def events(database: Database) -> Callable[..., list[tuple[str, dict[str, Any]]]]:
    """What was recorded, in order: (name, data). Notices aside unless asked for."""

    def read(notices: bool = False) -> list[tuple[str, dict[str, Any]]]:
        with database.transaction() as session:
            rows = session.execute(
                text("SELECT type, envelope::jsonb -> 'data' AS data FROM outbox ORDER BY position")
            ).all()
        told = [(row.type.split(".")[2], row.data) for row in rows]
        return [one for one in told if (one[0] == "person_notified") == notices]

    return read


@pytest.fixture
def told(events: Callable[..., Any]) -> Callable[[Person], list[str]]:
    """What a person was told, in order: the kinds of notices."""

    def read(who: Person) -> list[str]:
        return [data["kind"] for _, data in events(notices=True) if data["recipient"] == str(who.subject)]

    return read
