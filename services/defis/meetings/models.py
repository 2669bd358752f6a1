"""The tables of meetings and of who comes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.defis.base import Base


class Meeting(Base):
    """A date of a défi, in a place, online or both."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("kind IN ('debate', 'gathering', 'working_session', 'presentation')", name="kind"),
        CheckConstraint("state IN ('scheduled', 'held', 'cancelled')", name="state"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("place IS NOT NULL OR online_url IS NOT NULL", name="somewhere"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("(state = 'held') = (minutes IS NOT NULL)", name="held_with_minutes"),
        Index("ix_meeting_defi_id", "defi_id", "starts_at", "id"),
        Index("ix_meeting_starts_at", "starts_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    defi_id: Mapped[UUID] = mapped_column(ForeignKey("defi.id", ondelete="CASCADE"))
    kind: Mapped[str]
    title: Mapped[str]
    """What it is about; of a debate, the question debated."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str | None]
    online_url: Mapped[str | None]
    """Where to join online: shown to those who come."""
    agenda: Mapped[str | None]
    accessibility: Mapped[list[str]]
    accessibility_note: Mapped[str | None]
    capacity: Mapped[int | None]
    """How many can come; None where there is no limit."""
    state: Mapped[str]
    minutes: Mapped[str | None]
    attendance: Mapped[int | None]
    reported_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    revision: Mapped[int]
    """How often its date or place changed: calendars need it (RFC 5545, SEQUENCE)."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Registration(Base):
    """Somebody who comes, or waits for a place. The row goes when they no longer want it."""

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint("state IN ('registered', 'waiting')", name="state"),
        Index("ix_registration_meeting_id", "meeting_id", "state", "asked_at", "id"),
        Index("ix_registration_subject", "subject"),
    )

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    """Settles the order of two who asked in the same instant."""
    state: Mapped[str]
    name: Mapped[str | None]
    asked_at: Mapped[datetime]
    promoted_at: Mapped[datetime | None]
