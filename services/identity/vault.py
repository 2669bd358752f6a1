"""Secrets: what is sealed, what is only recognised, and how.

What must be read again is encrypted, and what is short enough to be guessed is put under a keyed hash; each use has a
key of its own, derived with HKDF (RFC 5869) from `MAILLAGE_IDENTITY_SECRET` and the name of the use, so a value made
for one use is worth nothing in another. What holds 256 random bits cannot be guessed: its SHA-256 is enough.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
_SECRET_BYTES = 32


class Sealed(Exception):
    """What was sealed does not open: another secret sealed it, or its bytes or its label were changed."""


class Vault:
    """Seals what must be read again, and digests what need only be recognised."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def seal(self, use: str, label: str, content: bytes) -> bytes:
        """`content` encrypted with AES-256-GCM. It opens only under the same `use` and `label`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._key(use)).encrypt(nonce, content, label.encode())

    def open(self, use: str, label: str, sealed: bytes) -> bytes:
        """What `seal` was given. Raises `Sealed`."""
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return AESGCM(self._key(use)).decrypt(nonce, body, label.encode())
        except (InvalidTag, ValueError) as error:
            raise Sealed(f"{label} was not sealed with this MAILLAGE_IDENTITY_SECRET") from error

    def digest(self, use: str, label: str, text: str) -> bytes:
        """HMAC-SHA256 of `text` under `label`: for what is too short for a bare hash to hide."""
        return hmac.digest(self._key(use), f"{label}\0{text}".encode(), "sha256")

    def _key(self, use: str) -> bytes:
        return HKDF(SHA256(), length=32, salt=None, info=f"maillage identity {use}".encode()).derive(
            self._secret
        )


def new_secret() -> str:
    """256 random bits, as text that fits an address."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def fingerprint(secret: str) -> bytes:
    """What is kept of a secret made by `new_secret`, and what it is found by."""
    return hashlib.sha256(secret.encode()).digest()


def same(one: bytes, other: bytes) -> bool:
    """Whether two digests are equal, in a time that does not tell how far they agree."""
    return hmac.compare_digest(one, other)
