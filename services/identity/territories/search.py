"""Finding communes by what somebody types: a name, the beginning of one, a postal code, an INSEE code.

Names are compared by their keys (`names.py`), as ranges of an index. What begins with the whole name comes before what
has it in its middle, an exact match before a beginning, a commune's own name before that of a part of it, and then the
more populous first. Only where nothing fits is one mistyped letter forgiven: all that may have been meant, some
hundreds of beginnings, is looked up in the same index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Text,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session

from services.identity.territories.gazetteer import CURRENT
from services.identity.territories.models import Commune, CommuneName, PostalCode
from services.identity.territories.names import (
    AFTER_ALL_KEYS,
    FORGIVEN,
    Reading,
    mistyped,
    readings,
)
from services.identity.territories.queries import loaded_vintage


@dataclass(frozen=True, slots=True)
class Match:
    """A commune, and the name of a part of it where that is what was found."""

    commune: Commune
    matched: str | None


def search_communes(session: Session, typed: str, limit: int) -> list[Match]:
    """At most `limit` communes that `typed` may mean, the likeliest first."""
    understood = readings(typed)
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


def _read_mistyped(session: Session, reading: Reading, limit: int) -> list[Match]:
    if not reading.keys or len(reading.keys[-1]) not in FORGIVEN:
        return []
    # The planner expects millions of rows from hundreds of ranges, of which nearly all are empty; a server that
    # compiles expensive queries (JIT) would compile this one, for much longer than it runs.
    session.execute(text("SET LOCAL jit = off"))
    return _matches(session, _nearly_named(reading, limit))


def _named(reading: Reading, limit: int) -> Select[Any]:
    fits = or_(*(_begins(CommuneName.key, each) for each in reading.keys))
    return _best(fits, CommuneName.key.in_(reading.keys), reading, limit)


def _nearly_named(reading: Reading, limit: int) -> Select[Any]:
    meant = literal(sorted(mistyped(reading.keys[-1])), ARRAY(Text))
    beginning = func.unnest(meant).column_valued("beginning")
    return _best(_begins(CommuneName.key, beginning), CommuneName.key == beginning, reading, limit)


def _best(fits: ColumnElement[bool], exact: ColumnElement[bool], reading: Reading, limit: int) -> Select[Any]:
    """The best name of each commune among those that fit, best communes first."""
    rank = case((and_(CommuneName.whole, exact), 0), (CommuneName.whole, 1), (exact, 2), else_=3)
    hits = select(
        CommuneName.commune_code,
        CommuneName.name,
        CommuneName.population,
        (CommuneName.status != CURRENT).label("by_part"),
        rank.label("rank"),
    ).where(fits)
    if conditions := _conditions(reading):
        hits = hits.where(CommuneName.commune_code.in_(select(Commune.code).where(*conditions)))
    hit = hits.subquery("hit")
    best = (
        select(hit)
        .ext(distinct_on(hit.c.commune_code))
        .order_by(hit.c.commune_code, hit.c.rank, hit.c.by_part, hit.c.name)
        .subquery("best")
    )
    first = select(best).order_by(*_order(best)).limit(limit).subquery("first")
    return (
        select(Commune, first.c.name, first.c.by_part)
        .join(first, first.c.commune_code == Commune.code)
        .order_by(*_order(first))
    )


def _order(found: Subquery) -> tuple[ColumnElement[Any], ...]:
    return found.c.rank, found.c.by_part, found.c.population.desc(), found.c.commune_code


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


def _begins(key: Any, beginning: Any) -> ColumnElement[bool]:
    # A range and not LIKE: whatever plan is kept for this statement can use the index.
    return and_(key >= beginning, key < beginning + AFTER_ALL_KEYS)


def _matches(session: Session, query: Select[Any]) -> list[Match]:
    return [Match(row.Commune, row.name if row.by_part else None) for row in session.execute(query)]
