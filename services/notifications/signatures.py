"""Signed links: what a mail carries so that its reader can act without an account or a cookie.

A token is a short content and its HMAC-SHA256, cut to 128 bits, under a key derived for one use with HKDF (RFC 5869);
so a link that unsubscribes confirms nothing. Signing says that the link was made here and for that use. Whether it
still holds (used, expired, its object gone) is asked of the database.
"""

from __future__ import annotations

import base64
import binascii
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MAC_BYTES = 16


class Signer:
    """Signs and reads the contents of links."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def sign(self, use: str, content: bytes) -> str:
        """A token of letters, digits, `-` and `_` that says `content`."""
        return base64.urlsafe_b64encode(self._mac(use, content) + content).decode().rstrip("=")

    def read(self, use: str, token: str) -> bytes | None:
        """What `sign` was given for the same use; None for anything else."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        mac, content = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        # Compared as text as well: base64 has several spellings of one value, and a link has one.
        sound = hmac.compare_digest(mac, self._mac(use, content)) and token == self.sign(use, content)
        return content if sound else None

    def _mac(self, use: str, content: bytes) -> bytes:
        key = HKDF(SHA256(), length=32, salt=None, info=f"maillage notifications {use}".encode()).derive(
            self._secret
        )
        return hmac.digest(key, content, "sha256")[:_MAC_BYTES]
