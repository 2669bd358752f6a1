"""The tables of the people of a défi, and of invitations to join it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.defis.base import Base


class Member(Base):
    """One person in one défi, from the request on. The row stays when they leave, so that they may come back."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("defi_id", "subject"),
        CheckConstraint("role IN ('porteur', 'core', 'member')", name="role"),
        CheckConstraint("state IN ('requested', 'active', 'declined', 'left')", name="state"),
        Index(
            "uq_member_porteur",
            "defi_id",
            unique=True,
            postgresql_where=text("role = 'porteur' AND state = 'active'"),
        ),
        Index("ix_member_subject", "subject"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    defi_id: Mapped[UUID] = mapped_column(ForeignKey("defi.id", ondelete="CASCADE"))
    subject: Mapped[UUID]
    role: Mapped[str]
    state: Mapped[str]
    name: Mapped[str | None]
    """How they wish to be called here."""
    contact: Mapped[str | None]
    """How the core group may reach them, in their own words."""
    message: Mapped[str | None]
    """What they wrote with their request."""
    asked_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]


class Invitation(Base):
    """A word to somebody whose account is not known: whoever holds its secret may answer it, once, until it expires."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint("role IN ('core', 'member')", name="role"),
        CheckConstraint("answer IN ('accept', 'decline')", name="answer"),
        Index("ix_invitation_defi_id", "defi_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    defi_id: Mapped[UUID] = mapped_column(ForeignKey("defi.id", ondelete="CASCADE"))
    role: Mapped[str]
    digest: Mapped[str]
    """SHA-256 of the secret; the secret itself was shown once."""
    invited_by: Mapped[UUID | None]
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
