"""Finding communes by what somebody types: a name, the beginning of one, a postal code, an INSEE code.

Names are compared by their keys (`names.py`), as ranges of an index. What begins with the whole name comes before what
has it in its middle, an exact match before a beginning, a commune's own name before that of a part of it, and then the
more populous first. Only where nothing fits is one mistyped letter forgiven, in names typed to their end: one end of
the key is then still intact (`intact_ends`), so two more ranges hold all candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from services.identity.territories.gazetteer import CURRENT
from services.identity.territories.models import Commune, CommuneName, PostalCode
from services.identity.territories.names import (
    AFTER_ALL_KEYS,
    SHORTEST_FORGIVEN,
    Reading,
    intact_ends,
    is_one_edit_away,
    readings,
)
from services.identity.territories.queries import loaded_vintage


@dataclass(frozen=True, slots=True)
class Match:
    """A commune, and the name of a part of it where that is what was found."""

    commune: Commune
    matched: str | None


def search_communes(session: Session, text: str, limit: int) -> list[Match]:
    """At most `limit` communes that `text` may mean, the likeliest first."""
    understood = readings(text)
    for reading in understood:
        if found := _read(session, reading, limit):
            return found
    for reading in understood:
        if found := _read_mistyped(session, reading, limit):
            return found
    return []


def _read(session: Session, reading: Reading, limit: int) -> list[Match]:
    if reading.keys:
        return _matches(session, _named(reading, limit))
    query = select(Commune).where(Commune.vintage == loaded_vintage(), *_conditions(reading))
    by_size = func.coalesce(Commune.population, 0).desc()
    return [
        Match(commune, None)
        for commune in session.scalars(query.order_by(by_size, Commune.code).limit(limit))
    ]


def _named(reading: Reading, limit: int) -> Select[Any]:
    key = CommuneName.key
    fits = or_(*(_begins(key, each) for each in reading.keys))
    exact = key.in_(reading.keys)
    rank = case(
        (and_(CommuneName.whole, exact), 0),
        (CommuneName.whole, 1),
        (exact, 2),
        else_=3,
    )
    return _best(fits, rank, reading, limit)


def _best(fits: ColumnElement[bool], rank: ColumnElement[int], reading: Reading, limit: int) -> Select[Any]:
    """The best name of each commune that fits, best communes first."""
    own_name_last = (CommuneName.status != CURRENT).label("by_part")
    hits = select(
        CommuneName.commune_code,
        CommuneName.name,
        CommuneName.population,
        own_name_last,
        rank.label("rank"),
    ).where(fits)
    if conditions := _conditions(reading):
        hits = hits.join(Commune, Commune.code == CommuneName.commune_code).where(*conditions)
    hit = hits.subquery("hit")
    best = (
        select(hit)
        .ext(distinct_on(hit.c.commune_code))
        .order_by(hit.c.commune_code, hit.c.rank, hit.c.by_part, hit.c.name)
        .subquery("best")
    )
    order = (best.c.rank, best.c.by_part, best.c.population.desc(), best.c.commune_code)
    first = select(best).order_by(*order).limit(limit).subquery("first")
    return (
        select(Commune, first.c.name, first.c.by_part)
        .join(first, first.c.commune_code == Commune.code)
        .order_by(first.c.rank, first.c.by_part, first.c.population.desc(), first.c.commune_code)
    )


def _read_mistyped(session: Session, reading: Reading, limit: int) -> list[Match]:
    """Communes whose whole name is one edit away."""
    if not reading.keys or len(reading.keys[-1]) < SHORTEST_FORGIVEN:
        return []
    key = reading.keys[-1]
    beginning, end = intact_ends(key)
    candidates = session.scalars(
        select(CommuneName.key)
        .where(
            CommuneName.whole,
            func.length(CommuneName.key).between(len(key) - 1, len(key) + 1),
            or_(
                _begins(CommuneName.key, beginning),
                _begins(func.reverse(CommuneName.key), end[::-1]),
            ),
        )
        .distinct()
    )
    meant = [candidate for candidate in candidates if is_one_edit_away(key, candidate)]
    if not meant:
        return []
    fits = and_(CommuneName.whole, CommuneName.key.in_(meant))
    return _matches(session, _best(fits, literal(0), reading, limit))


def _conditions(reading: Reading) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if reading.postal is not None:
        postal = select(PostalCode.commune_code).where(_begins(PostalCode.code, reading.postal))
        conditions.append(Commune.code.in_(postal))
    if reading.departement is not None:
        conditions.append(Commune.departement_code == reading.departement)
    if reading.commune is not None:
        conditions.append(Commune.code == reading.commune)
    return conditions


def _begins(key: Any, beginning: str) -> ColumnElement[bool]:
    # A range and not LIKE: whatever plan is kept for this statement can use the index.
    return and_(key >= beginning, key < beginning + AFTER_ALL_KEYS)


def _matches(session: Session, query: Select[Any]) -> list[Match]:
    return [Match(row.Commune, row.name if row.by_part else None) for row in session.execute(query)]
