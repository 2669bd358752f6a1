"""The table of published versions of results."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.consultation.base import Base, Document, Localised


class ResultsVersion(Base):
    """The figures of a consultation as they were published. A trigger of the database refuses to change them.

    They name proposals by id: a text that must not be shown any more is gone from every version at once.
    """

    __tablename__ = "results_version"
    __table_args__ = (
        UniqueConstraint("consultation_id", "corrects"),
        ForeignKeyConstraint(
            ["consultation_id", "corrects"],
            ["results_version.consultation_id", "results_version.number"],
            name="fk_results_version_corrects",
        ),
        CheckConstraint("corrects < number", name="corrects_an_earlier_one"),
        CheckConstraint("corrects IS NULL OR note IS NOT NULL", name="corrected_with_a_note"),
        Index("ix_results_version_public_at", "public_at", postgresql_where=text("NOT told")),
    )

    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    computed_at: Mapped[datetime]
    published_at: Mapped[datetime]
    public_at: Mapped[datetime]
    """The end of the embargo; when it was published where there is none."""
    final: Mapped[bool]
    note: Mapped[Localised | None]
    """What its readers are told; of a correction, why."""
    corrects: Mapped[int | None]
    figures: Mapped[Document] = mapped_column(JSONB, deferred=True)
    """The summary, in the shape of `schemas.RESULTS` without the texts of proposals."""
    proposals: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, deferred=True)
    """Every accepted proposal with its votes and scores, the best first, without its text."""
    told: Mapped[bool]
    """Whether `consultation.results_published` has been recorded."""

    @property
    def embargo_until(self) -> datetime | None:
        """When it becomes, or became, public, where that is later than its publication."""
        return self.public_at if self.public_at > self.published_at else None
