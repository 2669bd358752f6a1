"""How somebody wants to receive each kind of notice."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notifications.kinds.catalogue import KINDS
from services.notifications.kinds.rules import Level
from services.notifications.preferences.models import Preference


def levels_of(session: Session, recipient_id: UUID) -> dict[str, Level]:
    """The level of every kind: what the recipient chose, else the kind's default."""
    chosen = {
        preference.kind: Level(preference.level)
        for preference in session.scalars(
            select(Preference)
            .where(Preference.recipient_id == recipient_id)
            .execution_options(populate_existing=True)
        )
    }
    return {code: chosen.get(code, kind.default) for code, kind in KINDS.items()}


def unwanted(levels: Mapping[str, Level]) -> list[str]:
    """The kinds that are not to be mailed."""
    return [code for code, level in levels.items() if level is Level.NONE]
