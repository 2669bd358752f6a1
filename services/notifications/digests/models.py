"""The table of digests sent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.base import Base


class Digest(Base):
    """A digest sent to a recipient: what came after `since` (the slot of the one before) and up to `slot`."""

    __tablename__ = "digest"

    recipient_id: Mapped[UUID] = mapped_column(
        ForeignKey("recipient.id", ondelete="CASCADE"), primary_key=True
    )
    slot: Mapped[datetime] = mapped_column(primary_key=True)
    since: Mapped[datetime | None]
    mailing_id: Mapped[UUID] = mapped_column(ForeignKey("mailing.id", ondelete="CASCADE"))
