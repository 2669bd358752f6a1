"""The table of sign-ins under way. No secret is in it, only digests."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

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
