"""The table of proposals. Moderation works on the same rows: a proposal and its decision are one fact."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from services.consultation.base import Base

STATES = ("pending", "accepted", "refused", "postponed", "archived")
_STEMS = "stems(text, language) || stems(without_accents(text), language)"


class Proposal(Base):
    """What somebody answers to a consultation's question."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("consultation_id", "id"),  # what a vote refers to: both at once
        UniqueConstraint("consultation_id", "source_id"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("(state = 'refused') = (reason IS NOT NULL)", name="refused_with_a_reason"),
        CheckConstraint("(locked_by IS NULL) = (locked_until IS NULL)", name="whole_lock"),
        Index("ix_proposal_consultation_id_state", "consultation_id", "state", "submitted_at", "id"),
        Index("ix_proposal_author_subject", "author_subject", "id"),
        Index("ix_proposal_search", "search", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"))
    source_id: Mapped[str | None]
    """Its id where it was imported from; the same one is never imported twice into one consultation."""
    text: Mapped[str]
    language: Mapped[str]
    author_subject: Mapped[UUID | None]
    """The account that submitted it; None for an import."""
    author_name: Mapped[str | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    """Why it was refused: one of the twelve published reasons; `other` for a refusal imported with none."""
    note: Mapped[str | None]
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    locked_by: Mapped[UUID | None]
    locked_until: Mapped[datetime | None]
    """The moderator who works on it, and until when nobody else is given it."""
    search: Mapped[str] = deferred(mapped_column(TSVECTOR, Computed(_STEMS, persisted=True)))
    """Its stems without accents, for finding similar proposals: see `similar.py`."""
