"""Amounts of money as people type them. Pure."""

from __future__ import annotations

import re

_AMOUNT = re.compile(r"(\d{1,3}(?:([.,])\d{3}(?:\2\d{3})*)?|\d{1,9})(?:(?!\2)[.,](\d{1,2}))?\Z")
_BETWEEN = re.compile(r"[\s\u00a0\u202f€]|EUR", re.IGNORECASE)


def cents_of(text: str) -> int | None:
    """The cents of an amount in euros, as in « 1 250,50 € », `1250.5` or `1,250.50`; None where it is none."""
    amount = _AMOUNT.match(_BETWEEN.sub("", text))
    if amount is None:
        return None
    euros = re.sub("[.,]", "", amount[1])
    return int(euros) * 100 + int((amount[3] or "0").ljust(2, "0"))
