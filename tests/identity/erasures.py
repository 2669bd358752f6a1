"""An account that lives, is erased, and whose erasure owners declare; and the traces that it leaves in the tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from libs.chassis.ids import uuid7
from libs.chassis.inbox import Inbox
from libs.contracts.envelope import Envelope
from libs.contracts.event import Event
from services.identity.worker import consumers
from tests.identity.conftest import Identity

ANA = "Ana.Durand@exemple.fr"


def tables(identity: Identity) -> list[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    return list(identity.execute(query).scalars())


def traces(identity: Identity, *needles: str) -> list[str]:
    """The tables in which any of `needles` stands, whatever the column."""
    found = set()
    for table in tables(identity):
        content = "\n".join(identity.execute(f'SELECT t::text FROM "{table}" AS t').scalars()).lower()
        found |= {table for needle in needles if needle.lower() in content}
    return sorted(found)


def known_by(identity: Identity, token: str) -> dict[str, str]:
    """The ids that owners know the account by."""
    held = identity.call("GET", "/v1/me/held", token=token).json
    return {row["owner"]: row["id"] for row in held["known_by"]}


def live(identity: Identity) -> tuple[str, dict[str, str]]:
    """Somebody whom both operators know; their access token, and the ids that owners know them by."""
    token, _ = identity.member(ANA, ("moderator", "coalition"))
    identity.call("PATCH", "/v1/me", {"display_name": "Ana Durand"}, token)
    session = identity.sign_in(ANA)["session"]
    for operator in ("op1", "op2"):
        assert identity.redeem(grant_type="session", session=session, audience=operator).status_code == 200
    identity.ask(ANA)
    return token, known_by(identity, token)


def erase(identity: Identity, token: str, email: str = ANA, status: int = 202) -> Any:
    """The account asks for its own erasure; returns what is answered."""
    answer = identity.call("POST", "/v1/me/erasure", {"email": email}, token)
    assert answer.status_code == status, answer.json
    return answer.json


def hear(identity: Identity, event: Event, owner: str) -> str:
    """Deliver an event, as the bus would. Returns its envelope, to deliver again."""
    body = Envelope(
        id=uuid7(),
        type=event.type(owner),
        source=f"/{owner}/{event.name.partition('.')[0]}",
        subject=event.subject,
        sequence=1,
        time=datetime.now(UTC),
        data=event.dump(),
        traceparent="",
    ).to_json()
    assert Inbox(identity.database, consumers).receive([body]) == [True]
    return body


def asked(identity: Identity, owner: str) -> UUID:
    """The number under which an owner was asked."""
    (asking,) = (event for event in identity.events("erasure_requested") if event["owner"] == owner)
    return UUID(asking["erasure_id"])


def part(identity: Identity, receipt: str, owner: str, service: str) -> dict[str, Any]:
    shown = identity.call("GET", f"/v1/erasures/{receipt}").json
    (found,) = (part for part in shown["parts"] if (part["owner"], part["service"]) == (owner, service))
    return dict(found)
