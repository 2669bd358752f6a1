"""The tables of operators and of what they serve."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
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
    served: Mapped[list[ServedTerritory]] = relationship(
        lazy="selectin", order_by="ServedTerritory.code", viewonly=True
    )

    @property
    def territories(self) -> list[str]:
        """The codes of the départements and communes that it serves, in order."""
        return [served.code for served in self.served]


class ServedTerritory(Base):
    """A département or a commune that an operator serves: one operator at a time, which the key holds."""

    __tablename__ = "served_territory"
    __table_args__ = (Index("ix_served_territory_operator_code", "operator_code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    operator_code: Mapped[str] = mapped_column(ForeignKey("operator.code"))
