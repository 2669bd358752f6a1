"""The table of signing keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.base import Base, Document
from services.identity.keys.rules import KeyDates

_ANNOUNCED = "signing_at IS NULL"
_SIGNING = "signing_at IS NOT NULL AND retired_at IS NULL"


class SigningKey(Base):
    """An Ed25519 key. `private` is sealed by the vault, and destroyed when the key retires."""

    __tablename__ = "signing_key"
    __table_args__ = (
        CheckConstraint("retired_at IS NULL OR signing_at IS NOT NULL", name="signed_before_retiring"),
        CheckConstraint("(private IS NULL) = (retired_at IS NOT NULL)", name="private_until_retired"),
        Index("uq_signing_key_announced", text("(true)"), unique=True, postgresql_where=text(_ANNOUNCED)),
        Index("uq_signing_key_signing", text("(true)"), unique=True, postgresql_where=text(_SIGNING)),
    )

    kid: Mapped[str] = mapped_column(primary_key=True)
    public: Mapped[Document]
    private: Mapped[bytes | None]
    announced_at: Mapped[datetime]
    signing_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    @property
    def dates(self) -> KeyDates:
        """What the rules need to know of it."""
        return KeyDates(
            kid=self.kid,
            announced_at=self.announced_at,
            signing_at=self.signing_at,
            retired_at=self.retired_at,
        )
