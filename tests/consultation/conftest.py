"""What tests of the consultation service share: a migrated database of their own, the web app, tokens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OKPKey

from libs.chassis.db import Database
from libs.chassis.ids import uuid4, uuid7
from libs.chassis.migrations import upgrade
from libs.chassis.testing.postgres import TestServer
from libs.chassis.tokens import TokenVerifier
from services.consultation.app import MIGRATIONS, create_app
from services.consultation.causes.models import Cause
from services.consultation.consultations.models import Consultation
from services.consultation.proposals.models import Proposal
from services.consultation.settings import ConsultationSettings
from tests.consultation.actions import Coordinator
from tests.consultation.asking import Asking
from tests.consultation.hall import Hall
from tests.consultation.life import Life
from tests.consultation.operators import Operators
from tests.consultation.press import Press

ISSUER = "https://maillage.example/api/identity"


@pytest.fixture
def database(postgres: TestServer) -> Iterator[Database]:
    """A migrated, empty database of the consultation service."""
    template = postgres.template("consultation", lambda url: upgrade(url, MIGRATIONS))
    with postgres.database(template) as url:
        database = Database(url, service="consultation", owner="coalition", pool_size=8)
        yield database
        database.close()


class Tokens:
    """An issuer of tokens for tests. Each method gives the headers of somebody's requests."""

    def __init__(self) -> None:
        self._key = OKPKey.generate_key("Ed25519", {"kid": "test"}, private=True)
        self.verifier = TokenVerifier(self, issuers=frozenset({ISSUER}), audience="coalition")

    def get(self, issuer: str, kid: str) -> OKPKey | None:
        """The public key, as `TokenVerifier` looks it up."""
        return self._key if (issuer, kid) == (ISSUER, "test") else None

    def account(self, *grants: tuple[str, str], subject: UUID | None = None) -> dict[str, str]:
        """Somebody signed in, who holds roles within scopes."""
        return self._headers(subject or uuid7(), "account", grants)

    def visitor(self, subject: UUID | None = None) -> dict[str, str]:
        """A browser."""
        return self._headers(subject or uuid4(), "visitor", ())

    def _headers(self, subject: UUID, kind: str, grants: tuple[tuple[str, str], ...]) -> dict[str, str]:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": "coalition",
            "sub": str(subject),
            "kind": kind,
            "grants": list(grants),
            "iat": now,
            "exp": now + 300,
        }
        token = jwt.encode({"alg": "Ed25519", "kid": "test"}, claims, self._key, algorithms=["Ed25519"])
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="session")
def tokens() -> Tokens:
    """Who asks."""
    return Tokens()


@pytest.fixture
def make_app(database: Database, tokens: Tokens) -> Callable[[], Flask]:
    """Makes the service's web app."""
    settings = ConsultationSettings(
        database_url=database.url,
        bus_url="embedded://",
        issuer=ISSUER,
        jwks_url=f"{ISSUER}/.well-known/jwks.json",
        figures_kept=timedelta(0),
    )
    return lambda: create_app(settings, database, tokens.verifier)


@pytest.fixture
def client(make_app: Callable[[], Flask]) -> FlaskClient:
    """A client of the service's web app."""
    return make_app().test_client()


@pytest.fixture
def operators(database: Database) -> Operators:
    """Operators, whose news reach the service's mailbox."""
    return Operators(database)


@pytest.fixture
def cause(database: Database) -> Cause:
    """A cause."""
    now = datetime.now(UTC)
    cause = Cause(
        id=uuid7(),
        slug="territoires",
        title={"fr": "Territoires"},
        mandate={"fr": "Améliorer les conditions de vie."},
        opens_at=now - timedelta(days=30),
        closes_at=now + timedelta(days=700),
        created_at=now,
    )
    with database.transaction() as session:
        session.add(cause)
    return cause


@pytest.fixture
def make_consultation(database: Database, cause: Cause) -> Callable[..., Consultation]:
    """Makes a consultation of the cause that is open now, whatever else is asked of it."""

    def make(**changes: Any) -> Consultation:
        now = datetime.now(UTC)
        values: dict[str, Any] = {
            "id": uuid7(),
            "cause_id": cause.id,
            "slug": "vivre-mieux",
            "title": {"fr": "Vivre mieux"},
            "question": {"fr": "Comment vivre mieux ici ?"},
            "introduction": {"fr": "Une question."},
            "languages": ["fr", "en"],
            "opens_at": now - timedelta(days=1),
            "closes_at": now + timedelta(days=1),
            "can_propose": True,
            "proposal_prefix": "Il faut",
            "proposal_min": 12,
            "proposal_max": 140,
            "consent_version": 1,
            "consent_text": {"fr": "J’accepte."},
            "governance": {"dpo": "dpo@maillage.example"},
            "opening_recorded": True,
            "closing_recorded": False,
            "created_at": now,
        }
        consultation = Consultation(**(values | changes))
        with database.transaction() as session:
            session.add(consultation)
        return consultation

    return make


@pytest.fixture
def consultation(make_consultation: Callable[..., Consultation]) -> Consultation:
    """A consultation that is open now and takes proposals."""
    return make_consultation()


MakeProposal = Callable[..., UUID]


@pytest.fixture
def make_proposal(database: Database, consultation: Consultation) -> MakeProposal:
    """Makes a proposal of the consultation, accepted unless something else is asked of it, and returns its id."""

    def make(**changes: Any) -> UUID:
        values: dict[str, Any] = {
            "id": uuid7(),
            "consultation_id": consultation.id,
            "text": "Il faut planter des arbres dans chaque rue.",
            "language": "fr",
            "state": "accepted",
            "submitted_at": datetime.now(UTC),
        }
        proposal = Proposal(**(values | changes))
        with database.transaction() as session:
            session.add(proposal)
        return proposal.id

    return make


class Voters:
    """Participants who have consented to the consultation, and what they do over HTTP."""

    def __init__(self, client: FlaskClient, tokens: Tokens, slug: str) -> None:
        self._client, self._tokens, self.slug = client, tokens, slug

    def consent(self, headers: dict[str, str], version: int = 1) -> Any:
        """Give consent in somebody's name."""
        path = f"/api/consultation/v1/consultations/{self.slug}/consent"
        return self._client.post(path, json={"version": version}, headers=headers)

    def visitor(self) -> dict[str, str]:
        """The headers of a new browser whose consent is given."""
        headers = self._tokens.visitor()
        assert self.consent(headers).status_code == 201
        return headers

    def account(self) -> dict[str, str]:
        """The headers of somebody signed in whose consent is given."""
        headers = self._tokens.account()
        assert self.consent(headers).status_code == 201
        return headers

    def vote(self, headers: dict[str, str], proposal: UUID, choice: str = "agree", *qualifiers: str) -> Any:
        """Vote in somebody's name."""
        path = f"/api/consultation/v1/proposals/{proposal}/vote"
        return self._client.put(path, json={"choice": choice, "qualifiers": qualifiers}, headers=headers)


@pytest.fixture
def voters(client: FlaskClient, tokens: Tokens, consultation: Consultation) -> Voters:
    """Who takes part in the consultation."""
    return Voters(client, tokens, consultation.slug)


@pytest.fixture
def hall(
    client: FlaskClient, tokens: Tokens, cause: Cause, database: Database, make_proposal: MakeProposal
) -> Hall:
    """A hall where workshops of the cause are held."""
    return Hall(client, tokens, cause, database, make_proposal())


@pytest.fixture
def coordinator(client: FlaskClient, tokens: Tokens, cause: Cause) -> Coordinator:
    """Who coordinates the cause and its actions."""
    return Coordinator(client, tokens, cause)


@pytest.fixture
def press(client: FlaskClient, tokens: Tokens, cause: Cause, database: Database) -> Press:
    """Who publishes the results of the consultation."""
    return Press(client, tokens, cause, database)


@pytest.fixture
def proposals(voters: Voters, make_proposal: MakeProposal) -> list[UUID]:
    """Eleven accepted proposals, the first loved by two browsers; one that waits."""
    made = [make_proposal(text=f"Il faut voir le numéro {number}.") for number in range(11)]
    make_proposal(state="pending", text="Il faut attendre.")
    for _ in range(2):
        voters.vote(voters.visitor(), made[0], "agree", "likeIt")
    return made


@pytest.fixture
def asking(database: Database) -> Asking:
    """Identity, who asks for erasures."""
    return Asking(database)


@pytest.fixture
def life(
    client: FlaskClient,
    tokens: Tokens,
    voters: Voters,
    make_proposal: MakeProposal,
    database: Database,
    cause: Cause,
) -> Life:
    """Somebody, and all they did."""
    return Life(client, tokens, voters, make_proposal, database, cause)
