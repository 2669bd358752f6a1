"""Who may run a cause."""

from __future__ import annotations

from uuid import UUID

from libs.chassis.tokens import Principal

ROLE = "coordinator"
COALITION = "coalition"


def check_coordinates(caller: Principal, cause_id: UUID) -> None:
    """Raise `Forbidden` unless `caller` coordinates this cause, or all of the coalition's."""
    caller.require(ROLE, COALITION, f"cause:{cause_id}")


def coordinates(caller: Principal, cause_id: UUID) -> bool:
    """Whether `caller` coordinates this cause, or all of the coalition's."""
    return caller.has(ROLE, COALITION, f"cause:{cause_id}")
