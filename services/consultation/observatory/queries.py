"""Reading the observatory. Everything in it is public."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from libs.chassis.paging import Page, decode_cursor, page
from services.consultation.observatory.models import ObservedDefi
from services.consultation.observatory.rules import Group, count

_LISTING = "observed-defis"


def show_counts(session: Session) -> dict[str, Any]:
    """Running défis by stage, theme, kind and operator, as `ObservatorySchema` shows them."""
    alike = (ObservedDefi.operator, ObservedDefi.stage, ObservedDefi.kind, ObservedDefi.outcome)
    groups = session.execute(select(*alike, func.count(), func.max(ObservedDefi.news_at)).group_by(*alike))
    each = (
        select(func.jsonb_array_elements_text(ObservedDefi.themes).label("theme"))
        .where(ObservedDefi.outcome.is_(None))
        .subquery()
    )
    themes = session.execute(
        select(each.c.theme, func.count()).group_by(each.c.theme).order_by(func.count().desc(), each.c.theme)
    )
    counts = count(Group(*row) for row in groups)
    return {
        "running": counts.running,
        "stages": counts.stages,
        "kinds": counts.kinds,
        "outcomes": counts.outcomes,
        "operators": counts.operators,
        "themes": [{"theme": code, "defis": defis} for code, defis in themes],
    }


def list_defis(
    session: Session, cursor: str | None, limit: int, *, theme: str | None, **equal: str | None
) -> Page[ObservedDefi]:
    """A page of summaries, those begun last first. `equal` narrows to columns with these values, None to all."""
    after = decode_cursor(_LISTING, cursor, UUID, str)
    query = select(ObservedDefi).order_by(ObservedDefi.id.desc(), ObservedDefi.operator.desc())
    for name, value in equal.items():
        if value is not None:
            query = query.where(getattr(ObservedDefi, name) == value)
    if theme is not None:
        query = query.where(ObservedDefi.themes.contains([theme]))
    if after is not None:
        query = query.where(tuple_(ObservedDefi.id, ObservedDefi.operator) < after)
    rows = session.scalars(query.limit(limit + 1)).all()
    return page(_LISTING, rows, limit, lambda row: (str(row.id), row.operator))
