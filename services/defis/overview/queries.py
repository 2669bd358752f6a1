"""Reading what the page of a défi shows. Each part is what its own address answers; the défi is looked for once."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from libs.chassis.tokens import Principal
from services.defis.challenges.queries import shown
from services.defis.challenges.rules import State
from services.defis.gates.queries import outlook_of
from services.defis.meetings.queries import meetings_of
from services.defis.timeline.queries import entries_of
from services.defis.visibility import find_defi

GOING_ON: Final = (State.PUBLISHED, State.PAUSED)
"""The states in which a défi may come to its next stage."""
MOST_MEETINGS: Final = 100
MOST_ENTRIES: Final = 20


def show_overview(session: Session, defi_id: UUID, caller: Principal | None, needed: int) -> dict[str, Any]:
    """A défi as `OverviewSchema` shows it to `caller`: `needed` people must be committed. Raises `NotFound`."""
    seen = find_defi(session, defi_id, caller)
    defi = shown(session, *seen)
    going_on = seen.defi.state in GOING_ON
    committed = defi["figures"].committed
    return {
        "defi": defi,
        "outlook": outlook_of(session, seen, needed, committed=committed) if going_on else None,
        "meetings": meetings_of(session, seen, None, MOST_MEETINGS),
        "timeline": entries_of(session, seen, None, MOST_ENTRIES),
    }
