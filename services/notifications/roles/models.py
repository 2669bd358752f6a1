"""The table of who moderates what."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.base import Base


class Moderation(Base):
    """That somebody moderates within a scope, or no longer does.

    `sequence` ranks the fact that said so among those of the person. What ended keeps its row for a while, so that an
    older fact that comes late does not bring it back.
    """

    __tablename__ = "moderation"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    holds: Mapped[bool]
    sequence: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime]
