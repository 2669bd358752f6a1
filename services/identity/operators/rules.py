"""Operators' codes: short, unforgeable names that stand in addresses, scopes, queues and tokens for ever."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.identity.roles.rules import COALITION, OPERATOR_CODE

STATUSES = ("preparing", "active", "left")
LONGEST_NOTE = 300
MOST_TERRITORIES = 500

_CODE = re.compile(OPERATOR_CODE)
_TERRITORY = re.compile(r"(?:\d\d|2[AB]|9[78]\d)|\d[\dAB]\d{3}")
_RESERVED = frozenset({COALITION, "local", "public", "to", "in", "out", "border"})
"""Words that mean something else where a code stands."""


def is_operator_code(code: str) -> bool:
    """Whether an operator may be called `code`: a letter, then letters or digits, 2 to 16 in all."""
    return _CODE.fullmatch(code) is not None and code not in _RESERVED


def is_territory_code(code: str) -> bool:
    """Whether `code` could be a département's (`88`, `2A`, `974`) or a commune's (`88413`)."""
    return _TERRITORY.fullmatch(code) is not None


def serving(around: Sequence[str], served: dict[str, str]) -> str | None:
    """The operator that serves a place: the one of the narrowest territory around it that anybody serves.

    `around` are the codes of what the place lies in, the narrowest first; `served` has an operator's code by the code
    of what it serves. An operator of a commune thus serves it within another operator's département.
    """
    return next((served[code] for code in around if code in served), None)
