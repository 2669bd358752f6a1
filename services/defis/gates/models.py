"""The table of gates: each time a défi asked to pass to its next stage."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.defis.base import Base, Document


class Gate(Base):
    """One asking, its answer, and the appeal against it."""

    __tablename__ = "gate"
    __table_args__ = (
        CheckConstraint("stage IN ('creaction', 'activaction')", name="stage"),
        CheckConstraint("state IN ('asked', 'confirmed', 'refused', 'appealed', 'upheld')", name="state"),
        Index(
            "uq_gate_undecided",
            "defi_id",
            unique=True,
            postgresql_where=text("state IN ('asked', 'appealed')"),
        ),
        Index("ix_gate_defi_id", "defi_id", "asked_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    defi_id: Mapped[UUID] = mapped_column(ForeignKey("defi.id", ondelete="CASCADE"))
    stage: Mapped[str]
    """The stage asked for."""
    state: Mapped[str]
    evidence: Mapped[Document]
    """What the porteur stated, by condition."""
    figures: Mapped[Document]
    """What was counted when it was asked, by condition."""
    asked_by: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    reasons: Mapped[list[str]]
    note: Mapped[str | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    appeal: Mapped[str | None]
    appealed_at: Mapped[datetime | None]
    appeal_note: Mapped[str | None]
    appeal_decided_by: Mapped[UUID | None]
    appeal_decided_at: Mapped[datetime | None]
