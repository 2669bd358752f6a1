"""The table of operators."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.identity.base import Base
from services.identity.organisations.models import Organisation


class Operator(Base):
    """An organisation that hosts the défi service of a territory. Its code is its owner name; it never changes."""

    __tablename__ = "operator"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z][a-z0-9]{1,15}$'", name="code"),
        CheckConstraint("status IN ('preparing', 'active', 'left')", name="status"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    contact: Mapped[str]
    territory: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
