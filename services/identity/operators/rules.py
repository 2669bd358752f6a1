"""Operators' codes: short, unforgeable names that stand in addresses, scopes, queues and tokens for ever."""

from __future__ import annotations

import re

from services.identity.roles.rules import COALITION, OPERATOR_CODE

STATUSES = ("preparing", "active", "left")
LONGEST_NOTE = 300

_CODE = re.compile(OPERATOR_CODE)
_RESERVED = frozenset({COALITION, "local", "public", "to", "in", "out", "border"})
"""Words that mean something else where a code stands."""


def is_operator_code(code: str) -> bool:
    """Whether an operator may be called `code`: a letter, then letters or digits, 2 to 16 in all."""
    return _CODE.fullmatch(code) is not None and code not in _RESERVED
