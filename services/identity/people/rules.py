"""What an e-mail address is here, and when two are one.

An address is kept as it was given, its domain in lower case and in ASCII (IDNA), because that is where mail goes. Two
addresses are one person when they are equal without regard to case: no mail service in use tells `Ana@` from `ana@`.
The part before the @ is ASCII: mail servers that take anything else are rare, and letters that look alike or change
length under case folding are how accounts have been taken over elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST_EMAIL = 254
"""RFC 5321, section 4.5.3.1.3, without its angle brackets."""
LONGEST_NAME = 80

_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"(?=.{{1,64}}\Z){_WORD}(?:\.{_WORD})*\Z")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}\Z")


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address that mail can be sent to."""

    text: str

    @property
    def key(self) -> str:
        """What is unique about it."""
        return self.text.casefold()


def read_email(text: str) -> EmailAddress | None:
    """The address that somebody typed, or None when it is none."""
    local, at, domain = unicodedata.normalize("NFC", text).strip().rpartition("@")
    try:
        ascii_domain = domain.lower().encode("idna").decode()
    except UnicodeError:
        return None
    address = f"{local}{at}{ascii_domain}"
    sound = _LOCAL_PART.match(local) and _DOMAIN.match(ascii_domain) and len(address) <= LONGEST_EMAIL
    return EmailAddress(address) if sound else None
