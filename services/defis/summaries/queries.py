"""Figures of défis, one by one and all together. They name no person, and are counted from the rows each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from services.defis.challenges.models import Defi
from services.defis.challenges.rules import LISTED_STATES, theme_codes
from services.defis.core_groups.models import Member
from services.defis.gates.queries import committed_people
from services.defis.meetings.models import Meeting
from services.defis.pledges.models import Pledge
from services.defis.pledges.rules import STANDING


@dataclass(frozen=True, slots=True)
class NextMeeting:
    """The next date of a défi."""

    id: UUID
    kind: str
    title: str
    starts_at: datetime


@dataclass(slots=True)
class Figures:
    """What is counted of one défi. `pledges` counts, by kind, those that stand: offered, accepted or fulfilled."""

    members: int = 0
    committed: int = 0
    pledges: dict[str, int] = field(default_factory=dict)
    pledged_cents: int = 0
    next_meeting: NextMeeting | None = None


def figures_of(session: Session, defi_ids: Sequence[UUID]) -> dict[UUID, Figures]:
    """The figures of each of these défis, in four statements however many they are."""
    figures = {defi_id: Figures() for defi_id in defi_ids}
    if not figures:
        return figures
    for defi_id, count in committed_people(session, defi_ids).items():
        figures[defi_id].committed = count
    members = (
        select(Member.defi_id, func.count())
        .where(Member.defi_id.in_(defi_ids), Member.state == "active")
        .group_by(Member.defi_id)
    )
    for defi_id, count in session.execute(members):
        figures[defi_id].members = count
    pledges = (
        select(Pledge.defi_id, Pledge.kind, func.count(), func.coalesce(func.sum(Pledge.amount_cents), 0))
        .where(Pledge.defi_id.in_(defi_ids), Pledge.state.in_(STANDING))
        .group_by(Pledge.defi_id, Pledge.kind)
        .order_by(Pledge.kind)
    )
    for defi_id, kind, count, cents in session.execute(pledges):
        figures[defi_id].pledges[kind] = count
        figures[defi_id].pledged_cents += int(cents or 0)
    for meeting in session.execute(_next_meetings(defi_ids)):
        figures[meeting.defi_id].next_meeting = NextMeeting(
            meeting.id, meeting.kind, meeting.title, meeting.starts_at
        )
    return figures


def _next_meetings(defi_ids: Sequence[UUID]) -> Any:
    return (
        select(Meeting.defi_id, Meeting.id, Meeting.kind, Meeting.title, Meeting.starts_at)
        .ext(distinct_on(Meeting.defi_id))
        .where(Meeting.defi_id.in_(defi_ids), Meeting.state == "scheduled", Meeting.ends_at > func.now())
        .order_by(Meeting.defi_id, Meeting.starts_at, Meeting.id)
    )


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
