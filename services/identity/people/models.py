"""The tables of people and of the names that each owner knows them by."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.base import Base


class Person(Base):
    """Somebody with an account. `id` never leaves this service: outside, a person is a `PairwiseSubject`."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("language IN ('fr', 'en')", name="language"),
        Index("ix_person_contact_told", "id", postgresql_where=text("NOT contact_told")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str | None]
    language: Mapped[str]
    contact_told: Mapped[bool]
    """Whether how to write to them was ever told; not of accounts made before anybody listened."""
    created_at: Mapped[datetime]


class PairwiseSubject(Base):
    """The id under which one owner knows a person: random, so that two owners cannot find that it is the same."""

    __tablename__ = "pairwise_subject"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    owner: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[UUID] = mapped_column(unique=True)
