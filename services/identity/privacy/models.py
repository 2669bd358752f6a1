"""The record of erasures. It holds no person: no id, no address, and of the receipt only a digest."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.identity.base import Base, Document


class Erasure(Base):
    """Somebody had their account erased. Whoever holds the receipt may see who has declared it."""

    __tablename__ = "erasure"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    receipt_digest: Mapped[bytes] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]

    parts: Mapped[list[ErasurePart]] = relationship(
        order_by="(ErasurePart.owner, ErasurePart.service)", lazy="selectin", viewonly=True
    )


class ErasurePart(Base):
    """A service of an owner that is to erase, and when it declared that it had.

    `asking_id` is the number under which the owner was asked: random, and another for each owner.
    """

    __tablename__ = "erasure_part"
    __table_args__ = (
        Index("ix_erasure_part_awaited", "erasure_id", postgresql_where=text("declared_at IS NULL")),
    )

    asking_id: Mapped[UUID] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    erasure_id: Mapped[UUID] = mapped_column(ForeignKey("erasure.id", ondelete="CASCADE"), index=True)
    owner: Mapped[str]
    declared_at: Mapped[datetime | None]
    erased: Mapped[Document | None]
    """How many rows, by a code of what they were."""
    flagged_at: Mapped[datetime | None]
    """When it was found late."""
