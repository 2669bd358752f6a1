"""Reading the observatory. Everything in it is public."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from libs.chassis.paging import Page, decode_cursor, page
from services.consultation.observatory.models import ObservedCount, ObservedDefi
from services.consultation.observatory.rules import (
    RUNNING,
    UNKNOWN,
    Group,
    Happened,
    TakingPart,
    count,
    taking_part,
)
from services.consultation.tallies.recent import RecentFigures

_LISTING = "observed-defis"
_TAKING_PART = "taking part"

# Overseas, where codes of départements have three characters, those of communes begin with them too.
_OVERSEAS = or_(ObservedDefi.commune.startswith("97"), ObservedDefi.commune.startswith("98"))
_DEPARTEMENT = func.left(ObservedDefi.commune, case((_OVERSEAS, 3), else_=2))


def show_counts(session: Session, **narrowing: Any) -> dict[str, Any]:
    """Running défis by stage, theme, kind, département and operator, as `ObservatorySchema` shows them.

    `narrowing`, as for `list_defis`, leaves out of the counts whatever does not fit; when each operator was last heard
    of stays, whatever it told.
    """
    conditions = _conditions(**narrowing)
    alike = (ObservedDefi.operator, ObservedDefi.stage, ObservedDefi.kind, ObservedDefi.outcome)
    counted = func.count().filter(*conditions)
    groups = session.execute(select(*alike, counted, func.max(ObservedDefi.news_at)).group_by(*alike))
    counts = count(Group(*row) for row in groups)
    running = [ObservedDefi.outcome.is_(None), *conditions]
    each = (
        select(func.jsonb_array_elements_text(ObservedDefi.themes).label("theme")).where(*running).subquery()
    )
    themes = session.execute(
        select(each.c.theme, func.count()).group_by(each.c.theme).order_by(func.count().desc(), each.c.theme)
    )
    by_departement = select(_DEPARTEMENT, func.count()).where(*running).group_by(_DEPARTEMENT)
    return {
        "running": counts.running,
        "stages": counts.stages,
        "kinds": counts.kinds,
        "outcomes": counts.outcomes,
        "operators": counts.operators,
        "departements": {code or UNKNOWN: defis for code, defis in session.execute(by_departement)},
        "themes": [{"theme": code, "defis": defis} for code, defis in themes],
    }


def show_taking_part(session: Session, recent: RecentFigures) -> TakingPart:
    """What people do in the running défis of the whole country, as a moment ago; nothing narrows it."""
    return recent.get(session, _TAKING_PART, _count_taking_part)


def _count_taking_part(session: Session) -> TakingPart:
    alike = (ObservedCount.what, ObservedDefi.stage, ObservedDefi.kind, _DEPARTEMENT)
    its = (ObservedCount.operator == ObservedDefi.operator) & (ObservedCount.defi_id == ObservedDefi.id)
    running = select(*alike, func.sum(ObservedCount.times)).join(ObservedDefi, its)
    rows = session.execute(running.where(ObservedDefi.outcome.is_(None)).group_by(*alike))
    return taking_part(Happened(*row) for row in rows)


def list_defis(session: Session, cursor: str | None, limit: int, **narrowing: Any) -> Page[ObservedDefi]:
    """A page of summaries, those begun last first; `narrowing` by the names of `NarrowingSchema`, None to all."""
    after = decode_cursor(_LISTING, cursor, UUID, str)
    query = select(ObservedDefi).where(*_conditions(**narrowing))
    query = query.order_by(ObservedDefi.id.desc(), ObservedDefi.operator.desc())
    if after is not None:
        query = query.where(tuple_(ObservedDefi.id, ObservedDefi.operator) < after)
    rows = session.scalars(query.limit(limit + 1)).all()
    return page(_LISTING, rows, limit, lambda row: (str(row.id), row.operator))


def _conditions(
    *, theme: str | None = None, departement: str | None = None, state: str | None = None, **equal: Any
) -> list[ColumnElement[bool]]:
    """What `NarrowingSchema` asks, as conditions; `equal` is columns by the values that they must have."""
    found = [getattr(ObservedDefi, name) == value for name, value in equal.items() if value is not None]
    if theme is not None:
        found.append(ObservedDefi.themes.contains([theme]))
    if departement is not None:
        found.append(ObservedDefi.commune.startswith(departement, autoescape=True))
    if state is not None:
        found.append(ObservedDefi.outcome.is_(None) if state == RUNNING else ObservedDefi.outcome == state)
    return found
