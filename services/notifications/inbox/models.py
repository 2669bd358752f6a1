"""The table of notices."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.base import Base, Facts


class Notice(Base):
    """Something said to one recipient. Ids are drawn in the order of arrival, and lists go by them.

    `kind` is one of the catalogue, `title` and `facts` are what it left of what the publisher sent, `path` is where on
    the site its object is seen, and `follow_id` the follow that it comes from, if it comes from one.
    """

    __tablename__ = "notice"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("recipient.id", ondelete="CASCADE"))
    follow_id: Mapped[UUID | None] = mapped_column(ForeignKey("follow.id", ondelete="SET NULL"))
    kind: Mapped[str]
    title: Mapped[str]
    facts: Mapped[Facts]
    path: Mapped[str]
    happened_at: Mapped[datetime]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
