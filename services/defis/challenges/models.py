"""The table of défis."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.defis.base import Base


class Defi(Base):
    """A local challenge that somebody carries. Who does stands among its members: see `core_groups`."""

    __tablename__ = "defi"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'submitted', 'refused', 'published', 'paused', 'completed', 'abandoned', 'archived')",
            name="state",
        ),
        CheckConstraint("stage IN ('informaction', 'creaction', 'activaction')", name="stage"),
        CheckConstraint("entry_stage IN ('informaction', 'creaction', 'activaction')", name="entry_stage"),
        CheckConstraint("kind IN ('rural', 'pavillonnaire', 'petite_ville', 'metropole')", name="kind"),
        CheckConstraint("origin_kind IN ('none', 'proposal', 'action', 'defi')", name="origin_kind"),
        CheckConstraint("(origin_kind = 'none') = (origin_id IS NULL)", name="whole_origin"),
        CheckConstraint(
            "(state IN ('draft', 'submitted', 'refused')) = (published_at IS NULL)",
            name="public_once_published",
        ),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused_with_a_reason"),
        CheckConstraint(
            "state = 'draft' OR (problem IS NOT NULL AND commune_code IS NOT NULL AND first_date IS NOT NULL)",
            name="launched_with_what_suffices",
        ),
        Index("ix_defi_published_at", "published_at", "id"),
        Index("ix_defi_changed_at", "changed_at", "id"),
        Index("ix_defi_commune_code", "commune_code"),
        Index("ix_defi_departement", "departement"),
        Index("ix_defi_themes", "themes", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str | None]
    problem: Mapped[str | None]
    beneficiaries: Mapped[str | None]
    commune_code: Mapped[str | None]
    """INSEE code, as given."""
    commune_name: Mapped[str | None]
    """The commune's name as given with it: a copy, so that a page needs nobody else."""
    departement: Mapped[str | None]
    kind: Mapped[str | None]
    themes: Mapped[list[str]]
    first_date: Mapped[date | None]
    origin_kind: Mapped[str]
    origin_owner: Mapped[str | None]
    origin_id: Mapped[UUID | None]
    entry_stage: Mapped[str]
    """The stage at which its porteur says it stands already."""
    entry_evidence: Mapped[str | None]
    state: Mapped[str]
    stage: Mapped[str]
    refusal: Mapped[str | None]
    refusal_note: Mapped[str | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    """When something last happened in it."""
