"""The table of pledges."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.defis.base import Base


class Pledge(Base):
    """What somebody gives to a défi. Once erased, an accepted pledge keeps its kind and figures, and nobody's name."""

    __tablename__ = "pledge"
    __table_args__ = (
        CheckConstraint("kind IN ('time', 'skill', 'material', 'place', 'money')", name="kind"),
        CheckConstraint("state IN ('offered', 'accepted', 'fulfilled', 'lapsed', 'withdrawn')", name="state"),
        CheckConstraint("(kind = 'money') = (amount_cents IS NOT NULL)", name="only_money_has_an_amount"),
        CheckConstraint("hours IS NULL OR kind = 'time'", name="only_time_has_hours"),
        CheckConstraint("amount_cents > 0 AND hours > 0", name="positive"),
        Index("ix_pledge_defi_id", "defi_id", "offered_at", "id"),
        Index("ix_pledge_subject", "subject"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    defi_id: Mapped[UUID] = mapped_column(ForeignKey("defi.id", ondelete="CASCADE"))
    subject: Mapped[UUID | None]
    """Who offers; None once they had their account erased."""
    kind: Mapped[str]
    description: Mapped[str | None]
    amount_cents: Mapped[int | None]
    hours: Mapped[int | None]
    name: Mapped[str | None]
    contact: Mapped[str | None]
    """Shown to the core group once it accepted."""
    state: Mapped[str]
    valid_until: Mapped[date | None]
    offered_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
