"""The table of organisations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.identity.base import Base


class Organisation(Base):
    """A body that takes part: it belongs to the coalition, runs a territory, or both."""

    __tablename__ = "organisation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    url: Mapped[str | None]
    created_at: Mapped[datetime]
