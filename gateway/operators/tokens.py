"""Tokens for operators: each is made for one audience, from the reader's session at identity, and kept in memory.

Not in the cookie: it has room for 4 kB, and a token takes one eighth of that. A process that has not seen the reader
yet asks identity for another.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

MOST_KEPT: Final = 10_000
"""Tokens in memory, some 1 kB each; the one not used for longest goes first."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A token, and the instant at which it is no longer used, in seconds since 1970."""

    token: str
    until: float


class TokenShelf:
    """Tokens by session and operator. Safe to share between threads."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._lock = Lock()
        self._most = most
        self._kept: OrderedDict[tuple[bytes, str], Kept] = OrderedDict()

    def find(self, session: str, operator: str, now: float) -> str | None:
        """The token kept for this session and operator, if it is still good."""
        key = _key(session, operator)
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.until <= now:
                self._kept.pop(key, None)
                return None
            self._kept.move_to_end(key)
            return kept.token

    def keep(self, session: str, operator: str, kept: Kept) -> None:
        """Remember a token."""
        with self._lock:
            self._kept[_key(session, operator)] = kept
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self, session: str) -> None:
        """Drop every token of a session that has ended."""
        digest = _digest(session)
        with self._lock:
            for key in [key for key in self._kept if key[0] == digest]:
                del self._kept[key]


def _key(session: str, operator: str) -> tuple[bytes, str]:
    return _digest(session), operator


def _digest(session: str) -> bytes:
    return hashlib.sha256(session.encode()).digest()
