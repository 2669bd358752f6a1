"""The small copy of people: whom notices are for, and where mail reaches them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.base import Base


class Recipient(Base):
    """Somebody whom notices are for: an account, or an address that follows something without one.

    An account's `id` is the coalition's pairwise id of the person, and its `email` is None until identity has told it.
    An address's `id` is drawn here, once its owner has confirmed a follow.
    """

    __tablename__ = "recipient"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[bool]
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    language: Mapped[str]
    created_at: Mapped[datetime]


class Pairing(Base):
    """The id under which an owner other than the coalition knows a person."""

    __tablename__ = "pairing"

    owner: Mapped[str] = mapped_column(primary_key=True)
    pairwise_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
