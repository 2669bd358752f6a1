"""Operators that tell of their défis, and what they may tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from libs.chassis.db import Database
from libs.chassis.embedded import EmbeddedBus
from libs.chassis.ids import uuid7
from libs.contracts.defis import DefiClosed, DefiPublished, StageChanged
from libs.contracts.envelope import Envelope
from libs.contracts.event import Event
from services.consultation.settings import ConsultationSettings
from services.consultation.worker import create_worker

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Operators:
    """Operators that tell of their défis, through the worker's mailbox."""

    def __init__(self, database: Database) -> None:
        settings = ConsultationSettings(
            database_url=database.url, bus_url="embedded://", issuer="https://maillage.example", jwks_url=""
        )
        self.inbox = create_worker(settings, database, EmbeddedBus()).inbox

    def tell(self, event: Event, *, operator: str = "op1", sequence: int = 1, ago: int = 0) -> str:
        """An operator's news of `ago` minutes ago arrives; returns the message."""
        message = Envelope(
            id=uuid7(),
            type=event.type(operator),
            source=f"/{operator}/defis",
            subject=event.subject,
            sequence=sequence,
            time=NOW - timedelta(minutes=ago),
            data=event.dump(),
            traceparent="",
        ).to_json()
        assert self.inbox.receive([message]) == [True]
        return message


def published(defi: UUID | None = None, **changes: Any) -> DefiPublished:
    values: dict[str, Any] = {
        "defi_id": defi or uuid7(),
        "stage": "informaction",
        "commune": "26362",
        "kind": "rural",
        "themes": ["energie"],
        "origin_kind": "none",
    }
    return DefiPublished(**(values | changes))


def passed(defi: UUID, to_stage: str = "creaction") -> StageChanged:
    return StageChanged(
        defi_id=defi,
        from_stage="informaction",
        to_stage=to_stage,
        commune="26363",
        kind="metropole",
        themes=["energie", "sante"],
    )


def closed(defi: UUID, stage: str = "creaction") -> DefiClosed:
    return DefiClosed(
        defi_id=defi, outcome="completed", stage=stage, commune="26363", kind="metropole", themes=["sante"]
    )
