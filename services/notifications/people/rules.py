"""What an address is here, and when two are one.

The same rules as where people sign in: the part before the @ is ASCII, the domain is kept in lower case and in ASCII
(IDNA), and two addresses are one when they are equal without regard to case.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_EMAIL = 254
"""RFC 5321, section 4.5.3.1.3, without its angle brackets."""

_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"(?=.{{1,64}}\Z){_WORD}(?:\.{_WORD})*\Z")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}\Z")


def read_email(text: str) -> str | None:
    """The address that somebody typed, as mail goes to it, or None when it is none."""
    local, _, domain = unicodedata.normalize("NFC", text).strip().rpartition("@")
    try:
        ascii_domain = domain.lower().encode("idna").decode()
    except UnicodeError:
        return None
    address = f"{local}@{ascii_domain}"
    sound = _LOCAL_PART.match(local) and _DOMAIN.match(ascii_domain) and len(address) <= LONGEST_EMAIL
    return address if sound else None


def email_key(email: str) -> str:
    """What is unique about an address."""
    return email.casefold()
