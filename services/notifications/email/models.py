"""What becomes of notices by mail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.base import Base


class Mailing(Base):
    """A mail with notices in it, put in the queue. Its id is the mail's own, also after the mail has left."""

    __tablename__ = "mailing"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("recipient.id", ondelete="CASCADE"))
    queued_at: Mapped[datetime]


class Delivery(Base):
    """A notice on its way by mail: `new`, kept for the next `digest`, or `queued` in a mailing.

    There is none for a notice that is not to be mailed.
    """

    __tablename__ = "delivery"

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)
    recipient_id: Mapped[UUID]
    state: Mapped[str]
    mailing_id: Mapped[UUID | None] = mapped_column(ForeignKey("mailing.id", ondelete="CASCADE"))
