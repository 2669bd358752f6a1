"""The table of what people chose to receive by mail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.base import Base


class Preference(Base):
    """How somebody chose to receive one kind. There is a row only for what they chose; the rest is by default."""

    __tablename__ = "preference"

    recipient_id: Mapped[UUID] = mapped_column(
        ForeignKey("recipient.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str]
    changed_at: Mapped[datetime]
