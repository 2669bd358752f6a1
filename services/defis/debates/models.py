"""The table of arguments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.defis.base import Base


class Argument(Base):
    """A reason for or against, given before or after the meeting in which it is debated. Shown without its author."""

    __tablename__ = "argument"
    __table_args__ = (
        CheckConstraint("side IN ('for', 'against')", name="side"),
        Index("ix_argument_meeting_id", "meeting_id", "written_at", "id"),
        Index("ix_argument_author", "author"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    side: Mapped[str]
    text: Mapped[str]
    author: Mapped[UUID]
    written_at: Mapped[datetime]
