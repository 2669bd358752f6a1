"""Erasures asked for over the bus, what is declared of them, and the traces that somebody leaves in the tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.ids import uuid4, uuid7
from libs.chassis.inbox import Inbox
from libs.contracts.envelope import Envelope
from libs.contracts.erasures import ErasureRequested
from services.consultation.worker import consumers


class Asking:
    """Identity asks for an erasure, over the bus."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.mailbox = Inbox(database, consumers)

    def __call__(self, subject: UUID, *, owner: str = "coalition", number: UUID | None = None) -> str:
        """Deliver an asking. Returns its envelope, to deliver again."""
        number = number or uuid4()
        body = Envelope(
            id=uuid7(),
            type=ErasureRequested.type("coalition"),
            source="/coalition/identity",
            subject=str(number),
            sequence=1,
            time=datetime.now(UTC),
            data=ErasureRequested(erasure_id=number, owner=owner, pairwise_id=subject).dump(),
            traceparent="",
        ).to_json()
        assert self.mailbox.receive([body]) == [True]
        return body

    def declared(self) -> list[dict[str, Any]]:
        """What was declared so far."""
        query = text(
            "SELECT envelope::json -> 'data' FROM outbox WHERE type = 'coalition.consultation.erasure_declared.v1'"
            " ORDER BY position"
        )
        with self.database.transaction() as session:
            return list(session.scalars(query))

    def traces(self, *needles: object) -> list[str]:
        """The tables in which any of `needles` stands, whatever the column."""
        found = set()
        with self.database.transaction() as session:
            tables = session.scalars(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            ).all()
            for table in tables:
                content = "\n".join(session.scalars(text(f'SELECT t::text FROM "{table}" AS t')))
                found |= {table for needle in needles if str(needle) in content}
        return sorted(found)
