"""The table of causes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.consultation.base import Base, Localised


class Cause(Base):
    """What a coalition stands for, for a stated time; consultations, workshops and actions belong to one."""

    __tablename__ = "cause"
    __table_args__ = (CheckConstraint("closes_at > opens_at", name="dates_in_order"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[Localised]
    mandate: Mapped[Localised]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    created_at: Mapped[datetime]
