"""The tables of actions, their milestones, indicators and measures."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.consultation.actions.rules import KINDS, RecordedAs, Status
from services.consultation.base import Base, Localised


class Action(Base):
    """What a cause came to: something that a body carries out, and that another measures."""

    __tablename__ = "action"
    __table_args__ = (
        CheckConstraint(f"status IN {tuple(map(str, Status))}", name="status"),
        CheckConstraint(
            "status IN ('draft', 'abandoned') OR (owner IS NOT NULL AND measurer IS NOT NULL)",
            name="answered_for",
        ),
        CheckConstraint("owner <> measurer", name="measured_by_another"),
        Index("ix_action_cause_id", "cause_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cause_id: Mapped[UUID] = mapped_column(ForeignKey("cause.id"))
    title: Mapped[Localised]
    description: Mapped[Localised]
    owner: Mapped[str | None]
    measurer: Mapped[str | None]
    measurer_account: Mapped[UUID | None]
    """The account that measures in the measurer's name. Shown to nobody."""
    status: Mapped[str]
    created_at: Mapped[datetime]


class ActionProposal(Base):
    """A proposal that an action answers."""

    __tablename__ = "action_proposal"
    __table_args__ = (Index("ix_action_proposal_proposal_id", "proposal_id"),)

    action_id: Mapped[UUID] = mapped_column(ForeignKey("action.id"), primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id"), primary_key=True)


class Milestone(Base):
    """Something that an action is to reach by a day."""

    __tablename__ = "milestone"
    __table_args__ = (Index("ix_milestone_action_id", "action_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    action_id: Mapped[UUID] = mapped_column(ForeignKey("action.id"))
    title: Mapped[Localised]
    due_on: Mapped[date]
    reached_on: Mapped[date | None]


class Indicator(Base):
    """What of an action is measured, every so many months from its first due date on."""

    __tablename__ = "indicator"
    __table_args__ = (
        CheckConstraint("every_months BETWEEN 1 AND 24", name="every_months"),
        Index("ix_indicator_action_id", "action_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    action_id: Mapped[UUID] = mapped_column(ForeignKey("action.id"))
    title: Mapped[Localised]
    unit: Mapped[str]
    baseline: Mapped[Decimal]
    target: Mapped[Decimal]
    first_due_on: Mapped[date]
    every_months: Mapped[int]


class Measure(Base):
    """One figure of one day. A trigger of the database refuses to change or delete it; a correction is another row."""

    __tablename__ = "measure"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"recorded_as IN {tuple(map(str, RecordedAs))}", name="recorded_as"),
        CheckConstraint("(corrects IS NULL) = (reason IS NULL)", name="corrected_with_a_reason"),
        Index("ix_measure_indicator_id", "indicator_id", "measured_on", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    indicator_id: Mapped[UUID] = mapped_column(ForeignKey("indicator.id"))
    measured_on: Mapped[date]
    value: Mapped[Decimal]
    kind: Mapped[str | None]
    """The kind of territory it is of; None for all."""
    evidence: Mapped[str]
    evidence_url: Mapped[str | None]
    corrects: Mapped[UUID | None] = mapped_column(ForeignKey("measure.id"), unique=True)
    reason: Mapped[str | None]
    recorded_as: Mapped[str]
    recorded_at: Mapped[datetime]
