"""The tables of what happened, and of who is who in it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.defis.base import Base, Document


class Actor(Base):
    """The random id under which one person acts in every timeline here. Without this row, the id is nobody's."""

    __tablename__ = "actor"
    __table_args__ = (UniqueConstraint("id"),)

    subject: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID]


class Entry(Base):
    """One change of a défi, kept."""

    __tablename__ = "timeline_entry"
    __table_args__ = (Index("ix_timeline_entry_defi_id", "defi_id", "at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    defi_id: Mapped[UUID] = mapped_column(ForeignKey("defi.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[UUID | None]
    """A random id (`Actor.id`); None for what the clock did."""
    acted_as: Mapped[str]
    """In what part: `porteur`, `core`, `member`, `ebv`, `operator_staff`, `account` or `clock`."""
    facts: Mapped[Document]
    """Codes, counts and ids; never a name, never a text."""
    reason: Mapped[str | None]
    """What the actor wrote, which can be destroyed without the entry."""
