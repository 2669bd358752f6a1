"""The tables of sign-ins under way and of sessions. No secret is in them, only digests."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.base import Base


class SignIn(Base):
    """A mail that lets its reader in. The row goes when its link or its code is used: that is what « once » means."""

    __tablename__ = "sign_in"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(index=True)
    language: Mapped[str]
    return_to: Mapped[str]
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    code_digest: Mapped[bytes]
    tries: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class OpenSession(Base):
    """Somebody signed in on one browser."""

    __tablename__ = "open_session"

    secret_digest: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
