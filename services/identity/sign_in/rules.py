"""What signing in by mail allows, in figures and in forms.

A link holds 256 random bits: nobody guesses one. A code has six digits, for those who read the mail on another device:
it can be guessed, so it works only beside the random id of its request, and a few times.
"""

from __future__ import annotations

import re
from datetime import timedelta

LIFETIME = timedelta(minutes=15)
"""Of the link and of the code."""

CODE_DIGITS = 6
TRIES_PER_CODE = 5
LIVE_REQUESTS = 3
"""Sign-ins under way for one address. One more forgets the oldest, so that old mails do not pile up as keys."""

MAILS_PER_HOUR = 5
MAILS_PER_DAY = 20
TRIES_PER_DAY = 30
"""Codes tried for one address: asking for mail after mail does not buy guesses without end (30 in a million a day)."""

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
