"""Figures of défis, one by one and all together. They name no person, and are counted from the rows each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from services.defis.challenges.models import Defi
from services.defis.challenges.rules import LISTED_STATES, theme_codes
from services.defis.gates.queries import COMMITTED, COMMITTED_BY


@dataclass(frozen=True, slots=True)
class NextMeeting:
    """The next date of a défi."""

    id: UUID
    kind: str
    title: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted of one défi. `pledges` counts, by kind, those that stand: offered, accepted or fulfilled."""

    members: int
    committed: int
    pledges: dict[str, int]
    pledged_cents: int
    next_meeting: NextMeeting | None


_OF_EACH: Final = """
    SELECT asked.id,
        (SELECT count(*) FROM member WHERE member.defi_id = asked.id AND member.state = 'active') AS members,
        ({committed}) AS committed,
        pledged.kinds, pledged.cents,
        next.id AS meeting, next.kind, next.title, next.starts_at
    FROM unnest(CAST(:ids AS uuid[])) AS asked (id)
    CROSS JOIN LATERAL (
        SELECT json_object_agg(kind, pledges ORDER BY kind) AS kinds, sum(cents) AS cents
        FROM (
            SELECT kind, count(*) AS pledges, sum(amount_cents) AS cents FROM pledge
            WHERE pledge.defi_id = asked.id AND pledge.state = ANY(:standing)
            GROUP BY kind
        ) AS kind
    ) AS pledged
    LEFT JOIN LATERAL (
        SELECT meeting.id, kind, title, starts_at FROM meeting
        WHERE meeting.defi_id = asked.id AND meeting.state = 'scheduled' AND ends_at > now()
        ORDER BY starts_at, meeting.id
        LIMIT 1
    ) AS next ON true
"""
_FIGURES = text(_OF_EACH.format(committed=COMMITTED))


def figures_of(session: Session, defi_ids: Sequence[UUID]) -> dict[UUID, Figures]:
    """The figures of each of these défis, in one statement however many they are."""
    rows = session.execute(_FIGURES, {"ids": list(defi_ids), **COMMITTED_BY})
    return {row.id: _figures(row) for row in rows}


def _figures(row: Row[Any]) -> Figures:
    meeting = NextMeeting(row.meeting, row.kind, row.title, row.starts_at) if row.meeting else None
    return Figures(row.members, row.committed, row.kinds or {}, int(row.cents or 0), meeting)


def summarise(session: Session) -> dict[str, Any]:
    """How many défis everybody can join or learn from, by state, stage, kind, département and theme.

    A défi without a kind is counted under `unknown`; one with several themes under each, and under `other` for those
    in people's own words.
    """
    counts: dict[str, dict[str, int]] = {
        name: {} for name in ("states", "stages", "kinds", "departements", "themes")
    }
    query = select(Defi.state, Defi.stage, Defi.kind, Defi.departement, Defi.themes).where(
        Defi.state.in_(LISTED_STATES)
    )
    total = 0
    for row in session.execute(query):
        total += 1
        for name, code in (
            ("states", row.state),
            ("stages", row.stage),
            ("kinds", row.kind or "unknown"),
            ("departements", row.departement or "unknown"),
            *(("themes", theme) for theme in theme_codes(row.themes)),
        ):
            counts[name][code] = counts[name].get(code, 0) + 1
    return {"total": total} | {name: dict(sorted(found.items())) for name, found in counts.items()}
