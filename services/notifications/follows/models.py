"""The tables of what can be followed, who follows it, and who asked to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.base import Base


class Topic(Base):
    """A public object that can be followed, as facts made it known: enough to find its page and what it belongs to.

    `parent_key` is the commune of a défi or the consultation of a proposal; communes themselves have no row.
    """

    __tablename__ = "topic"

    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    slug: Mapped[str | None]
    parent_key: Mapped[str | None]


class Follow(Base):
    """Somebody follows something."""

    __tablename__ = "follow"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("recipient.id", ondelete="CASCADE"))
    kind: Mapped[str]
    key: Mapped[str]
    created_at: Mapped[datetime]


class FollowRequest(Base):
    """Somebody typed an address to follow something with; nothing is sent to it until its owner confirms.

    The row goes when the link is used: that is what « once » means.
    """

    __tablename__ = "follow_request"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_key: Mapped[str]
    language: Mapped[str]
    kind: Mapped[str]
    key: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
