"""How long a session lasts, and what may be given for a token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

LIFETIME = timedelta(days=30)
"""From the sign-in, whatever is done meanwhile: a stolen session ends by itself."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What a grant must bring, and what it may bring besides."""

    needed: frozenset[str]
    allowed: frozenset[str] = frozenset()

    def missing(self, given: frozenset[str]) -> frozenset[str]:
        """What is needed and was not given."""
        return self.needed - given

    def foreign(self, given: frozenset[str]) -> frozenset[str]:
        """What was given and belongs to another grant."""
        return given - self.needed - self.allowed


GRANT_TYPES: Mapping[str, Fields] = {
    "email_link": Fields(frozenset({"token"})),
    "email_code": Fields(frozenset({"request", "code"})),
    "session": Fields(frozenset({"session"}), frozenset({"audience"})),
}
