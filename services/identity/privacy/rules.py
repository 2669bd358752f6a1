"""Who must declare an erasure, by when, and when one is late."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.identity.roles.rules import COALITION

DUE_WITHIN = timedelta(days=30)
"""A month, which is what the law gives (GDPR, article 12.3)."""

KEPT = timedelta(days=365)
"""How long an erasure that everybody declared can still be looked up by its receipt, from its due date on."""

_CODE = re.compile(r"[a-z][a-z_]{0,39}")
_MOST_CODES, _MOST = 30, 10**9

SERVICES_OF_COALITION = ("identity", "consultation", "notifications")
SERVICES_OF_OPERATOR = ("defis",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a service of an owner says that it has erased, under the number of the asking, and when it said so."""

    asking_id: UUID
    owner: str
    service: str
    at: datetime
    erased: Mapping[str, int]


def clean_counts(counts: Mapping[str, object]) -> dict[str, int]:
    """Codes and counts, and nothing else that a service might have put among them."""
    return {
        code: count
        for code, count in sorted(counts.items())[:_MOST_CODES]
        if _CODE.fullmatch(code) and type(count) is int and 0 <= count <= _MOST
    }


def services_of(owner: str) -> tuple[str, ...]:
    """The services of an owner that hold something of people, and so must declare an erasure."""
    return SERVICES_OF_COALITION if owner == COALITION else SERVICES_OF_OPERATOR


def is_late(declared_at: datetime | None, due_at: datetime, now: datetime) -> bool:
    """Whether a service has let the month pass without declaring; what was declared late is late no more."""
    return declared_at is None and now > due_at


def is_done(parts: Iterable[datetime | None]) -> bool:
    """Whether every service has declared."""
    return all(declared_at is not None for declared_at in parts)
