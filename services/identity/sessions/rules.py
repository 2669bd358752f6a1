"""What signing in by mail allows, in figures and in forms.

A link holds 256 random bits: nobody guesses one, so its SHA-256 is all that is kept. A code has six digits, for those
who read the mail on another device: it can be guessed, so it works only beside the random id of its request, a few
times, and is kept under a keyed hash that the database alone cannot undo.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import timedelta

LINK_LIFETIME = timedelta(minutes=15)
SESSION_LIFETIME = timedelta(days=30)
"""From the sign-in, whatever is done meanwhile: a stolen session ends by itself."""

CODE_DIGITS = 6
TRIES_PER_CODE = 5
LIVE_REQUESTS = 3
"""Sign-ins under way for one address. One more forgets the oldest, so that old mails do not pile up as keys."""

MAILS_PER_HOUR = 5
MAILS_PER_DAY = 20
TRIES_PER_DAY = 30
"""Codes tried for one address: asking for mail after mail does not buy guesses without end (30 in a million a day)."""

GRANT_TYPES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "email_link": (frozenset({"token"}), frozenset()),
    "email_code": (frozenset({"request", "code"}), frozenset()),
    "session": (frozenset({"session"}), frozenset({"audience"})),
}
"""What each grant must bring, and what it may bring besides."""

_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f\x7f]*\Z")
_CODE = re.compile(rf"[0-9]{{{CODE_DIGITS}}}\Z")


def is_local_path(text: str) -> bool:
    """Whether a browser sent there stays on this site: `//host`, `/\\host` and what hides a host in blanks do not."""
    return _LOCAL_PATH.match(text) is not None


def read_code(text: str) -> str | None:
    """The six digits that somebody typed, however they were spaced; None when it is no code."""
    digits = re.sub(r"[\s-]", "", text)
    return digits if _CODE.match(digits) else None


def spell_code(code: str) -> str:
    """A code as people read it, `123 456`."""
    return f"{code[:3]} {code[3:]}"


def digest(secret: str) -> bytes:
    """What is kept of a secret too long to be guessed."""
    return hashlib.sha256(secret.encode()).digest()


def same(one: bytes, other: bytes) -> bool:
    """Whether two digests are equal, in a time that does not tell how far they agree."""
    return hmac.compare_digest(one, other)
