"""Which keys there are."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.base import Document
from services.identity.keys.models import SigningKey


def signing_key(session: Session) -> SigningKey | None:
    """The key that signs now; None before the first."""
    query = select(SigningKey).where(SigningKey.signing_at.is_not(None), SigningKey.retired_at.is_(None))
    return session.scalars(query).one_or_none()


def all_keys(session: Session) -> list[SigningKey]:
    """Every key that is not gone, the oldest first."""
    return list(session.scalars(select(SigningKey).order_by(SigningKey.announced_at, SigningKey.kid)))


def jwks(session: Session) -> Document:
    """The JWK set (RFC 7517) of every key that is not gone: what tokens are verified with."""
    return {"keys": [key.public for key in all_keys(session)]}
