"""The table of consultations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.consultation.base import Base, Document, Localised
from services.consultation.causes.models import Cause


class Consultation(Base):
    """One question put to everyone, between two instants.

    Its status is never stored: it follows from `opens_at` and `closes_at`, to the second (`rules.status`).
    """

    __tablename__ = "consultation"
    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="dates_in_order"),
        CheckConstraint("proposal_min between 1 and proposal_max", name="proposal_length"),
        # Only what is archived, such as an import, may lack its governance: nobody takes part in it.
        CheckConstraint("governance IS NOT NULL OR archived_at IS NOT NULL", name="governed"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cause_id: Mapped[UUID | None] = mapped_column(ForeignKey("cause.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[Localised]
    question: Mapped[Localised]
    introduction: Mapped[Localised]
    languages: Mapped[list[str]]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    can_propose: Mapped[bool]
    """False in a vote-only phase."""
    votes_target: Mapped[int | None]
    proposal_prefix: Mapped[str]
    """What every proposal's text begins with, such as « Il faut »; empty where any beginning will do."""
    proposal_min: Mapped[int]
    proposal_max: Mapped[int]
    """Shortest and longest proposal, in characters, prefix included."""
    consent_version: Mapped[int]
    consent_text: Mapped[Localised]
    governance: Mapped[Document | None]
    """Who answers for the personal data, and until when it is kept: see `rules.Governance`."""
    provenance: Mapped[Document | None]
    """Where an imported consultation comes from, and the attribution that must travel with it."""
    opening_recorded: Mapped[bool]
    closing_recorded: Mapped[bool]
    """Whether `consultation.opened` and `consultation.closed` have been told."""
    created_at: Mapped[datetime]

    cause: Mapped[Cause | None] = relationship(lazy="joined")
