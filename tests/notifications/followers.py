"""What followers follow in these tests, a défi that starts there, and the digests in which they read of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from libs.chassis.ids import uuid7
from libs.contracts.defis import DefiPublished
from tests.notifications.conftest import OPERATOR, Notifications

RENNES = "35238"
MAIRIE = f"commune:{RENNES}"
LATER = timedelta(days=2)


def publish(service: Notifications, defi: UUID | None = None, commune: str = RENNES) -> UUID:
    """A défi starts in a commune, known to everybody; returns its id."""
    defi = defi or uuid7()
    service.hear(
        DefiPublished(
            defi_id=defi, stage="informaction", commune=commune, kind="rural", themes=[], origin_kind="none"
        ),
        owner=OPERATOR,
    )
    return defi


def digest(service: Notifications) -> list[str]:
    """The text of the digests that leave in two days."""
    service.at_once()
    service.digests(datetime.now(UTC) + LATER)
    return [mail.text for mail in service.mails()]
