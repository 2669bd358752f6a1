"""The tables of workshops, of what they were convened on and led to, and of who comes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.consultation.base import Base, Localised
from services.consultation.workshops.rules import Place, State


class Workshop(Base):
    """A day on which people turn proposals of a cause into draft actions."""

    __tablename__ = "workshop"
    __table_args__ = (
        CheckConstraint(f"state IN {tuple(map(str, State))}", name="state"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("place IS NOT NULL OR online_url IS NOT NULL", name="somewhere"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("(state = 'held') = (minutes IS NOT NULL)", name="held_with_minutes"),
        Index("ix_workshop_cause_id", "cause_id", "starts_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cause_id: Mapped[UUID] = mapped_column(ForeignKey("cause.id"))
    title: Mapped[Localised]
    agenda: Mapped[Localised]
    facilitator: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str | None]
    online_url: Mapped[str | None]
    """Shown to those who have a place, and to who coordinates."""
    capacity: Mapped[int | None]
    state: Mapped[str]
    minutes: Mapped[str | None]
    attendance: Mapped[int | None]
    created_at: Mapped[datetime]


class WorkshopProposal(Base):
    """A proposal that a workshop was convened on."""

    __tablename__ = "workshop_proposal"
    __table_args__ = (Index("ix_workshop_proposal_proposal_id", "proposal_id"),)

    workshop_id: Mapped[UUID] = mapped_column(ForeignKey("workshop.id"), primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id"), primary_key=True)


class WorkshopAction(Base):
    """A draft action that came out of a workshop."""

    __tablename__ = "workshop_action"

    workshop_id: Mapped[UUID] = mapped_column(ForeignKey("workshop.id"), primary_key=True)
    action_id: Mapped[UUID] = mapped_column(ForeignKey("action.id"), primary_key=True, unique=True)


class WorkshopPlace(Base):
    """Somebody who wants to come: with a place, or waiting for one. Their account's id is all that is known of them."""

    __tablename__ = "workshop_place"
    __table_args__ = (
        CheckConstraint(f"state IN {tuple(map(str, Place))}", name="state"),
        Index("ix_workshop_place_workshop_id", "workshop_id", "state", "position"),
        Index("ix_workshop_place_subject", "subject"),
    )

    workshop_id: Mapped[UUID] = mapped_column(ForeignKey("workshop.id"), primary_key=True)
    subject: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """Given while the workshop's row is held: the order of asking, which no clock can blur."""
    state: Mapped[str]
    asked_at: Mapped[datetime]
