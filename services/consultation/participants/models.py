"""The table of participants, which is also the record of consents."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.consultation.base import Base


class Participant(Base):
    """Who takes part in one consultation: an account, a browser, a paper sheet, or a line of an import.

    The id is a UUIDv4, so that it tells no time; the row exists from the first consent on. One person may be an
    account here and a sheet there, which is why results show the classes apart.
    """

    __tablename__ = "participant"
    __table_args__ = (
        UniqueConstraint("consultation_id", "class", "subject"),
        CheckConstraint("class IN ('account', 'visitor', 'sheet', 'import')", name="class"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"))
    class_: Mapped[str] = mapped_column("class")
    subject: Mapped[str]
    """The token's subject for an account or a browser; the number of a sheet or of an import's line."""
    consent_version: Mapped[int | None]
    """The version of the text consented to. None for an import, whose consent was given elsewhere."""
    consented_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    """When the consent was withdrawn; the participant's votes went with it."""
