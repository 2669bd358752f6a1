"""Who may run a cause: its coordinators, those of the whole coalition, and who administers the coalition."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from libs.chassis.tokens import Principal

ROLE: Final = "coordinator"
COALITION: Final = "coalition"
ADMINISTRATOR: Final = ("administrator", COALITION)
"""The role and the scope that run every cause."""


def check_coordinates(caller: Principal, cause_id: UUID) -> None:
    """Raise `Forbidden` unless `caller` coordinates this cause."""
    if not coordinates(caller, cause_id):
        caller.require(ROLE, COALITION, f"cause:{cause_id}")


def coordinates(caller: Principal | None, cause_id: UUID) -> bool:
    """Whether `caller` coordinates this cause, or all of the coalition's, or administers the coalition."""
    if caller is None:
        return False
    return caller.has(ROLE, COALITION, f"cause:{cause_id}") or caller.has(*ADMINISTRATOR)
