"""Which territories there are, and what is known of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from services.identity.territories.gazetteer import CURRENT, Edition
from services.identity.territories.models import (
    Commune,
    CommuneName,
    Departement,
    Epci,
    FormerCode,
    Region,
    TerritoryEdition,
)
from services.identity.territories.rules import KINDS, UNCLASSED, Figures, Grouping

Place = Region | Departement | Epci | Commune
_TABLES: Mapping[str, type[Place]] = {
    "region": Region,
    "departement": Departement,
    "epci": Epci,
    "commune": Commune,
}


@dataclass(frozen=True, slots=True)
class KnownCommune:
    """A commune with the other names it is known by, the sources, and whether it still exists."""

    commune: Commune
    other_names: list[dict[str, str]]
    edition: TerritoryEdition

    @property
    def former(self) -> bool:
        """Whether only an earlier vintage lists it, and it is not known what it became part of."""
        return self.commune.vintage < self.edition.vintage


def loaded_vintage() -> ScalarSelect[int]:
    """The vintage that lists show, as a part of a query."""
    return select(TerritoryEdition.vintage).scalar_subquery()


def get_edition(session: Session) -> TerritoryEdition | None:
    """Which territories are loaded."""
    return session.get(TerritoryEdition, True)


def is_loaded(session: Session, edition: Edition) -> bool:
    """Whether the territories are at this edition, or at a newer one."""
    loaded = get_edition(session)
    return loaded is not None and Edition.read(loaded.edition) >= edition


def get_commune(session: Session, code: str) -> KnownCommune:
    """The commune that stands under `code` today.

    The code of a part of a commune, or of one that was merged, gives the whole: callers see it by the code in the
    answer. Raises `NotFound`.
    """
    edition = get_edition(session)
    commune = session.get(Commune, code)
    if edition is not None and (commune is None or commune.vintage < edition.vintage):
        successor = session.get(FormerCode, code)
        commune = session.get(Commune, successor.commune_code) if successor else commune
    if commune is None or edition is None:
        raise NotFound("territory.unknown", N_("There is no commune with this code."))
    return KnownCommune(commune, _other_names(session, commune.code), edition)


def around_commune(session: Session, code: str) -> tuple[str, ...]:
    """The codes of the commune that stands under `code` today and of its département; empty when there is none."""
    try:
        commune = get_commune(session, code).commune
    except NotFound:
        return ()
    return commune.code, commune.departement_code


def unknown_territories(session: Session, codes: Collection[str]) -> list[str]:
    """Those of `codes` that are no département's and no commune's, in order.

    Until an edition is loaded, within a minute of a first start, nothing is known and every code is believed.
    """
    if get_edition(session) is None:
        return []
    known = select(Departement.code).where(Departement.code.in_(codes))
    known_too = select(Commune.code).where(Commune.code.in_(codes))
    return sorted(set(codes) - set(session.scalars(known.union_all(known_too))))


def list_places(
    session: Session,
    level: str,
    within: Mapping[str, str],
    *,
    codes: Collection[str] | None = None,
    cursor: str | None,
    limit: int,
) -> Page[Place]:
    """The territories of a level (`region`, `departement`, `epci`, `commune`) in the order of French lists.

    `within` narrows it to what lies in a territory of another level, by code: EPCI lie in each département and région
    of which they have a commune. A code that is none gives an empty list. `codes` narrows it to these.
    """
    table = _TABLES[level]
    listing = f"territories:{level}:{','.join(f'{name}={code}' for name, code in sorted(within.items()))}"
    query: Select[Any] = select(table).where(table.vintage == loaded_vintage())
    for name, code in within.items():
        query = query.where(_lies_in(table, name, code))
    if codes is not None:
        query = query.where(table.code.in_(codes))
    after = decode_cursor(listing, cursor, str, str)
    if after is not None:
        query = query.where(tuple_(table.sort_key, table.code) > after)
    rows = session.scalars(query.order_by(table.sort_key, table.code).limit(limit + 1)).all()
    return page(listing, rows, limit, lambda row: [row.sort_key, row.code])


def count_kinds(session: Session) -> list[dict[str, Any]]:
    """How many communes of the loaded vintage, and how many people in them, each kind has; None is « non classée »."""
    counted = (
        select(
            Commune.kind,
            func.count().label("communes"),
            func.coalesce(func.sum(Commune.population), 0).label("people"),
        )
        .where(Commune.vintage == loaded_vintage())
        .group_by(Commune.kind)
    )
    found = {row.kind: row for row in session.execute(counted)}
    return [
        {
            "kind": kind,
            "communes": found[kind].communes if kind in found else 0,
            "population": int(found[kind].people) if kind in found else 0,
        }
        for kind in (*KINDS, UNCLASSED)
    ]


def figures_of_communes(session: Session) -> dict[str, Figures]:
    """What the rules of kinds ask about each commune of the loaded vintage, by code."""
    largest = aliased(Commune)
    rows = session.execute(
        select(
            Commune.code,
            Commune.population,
            Epci.nature,
            Epci.population.label("epci_population"),
            Epci.largest,
            largest.population.label("largest_population"),
        )
        .outerjoin(Epci, Commune.epci_code == Epci.code)
        .outerjoin(largest, Epci.largest == largest.code)
        .where(Commune.vintage == loaded_vintage())
        .order_by(Commune.code)
    )
    return {
        row.code: Figures(
            row.population,
            Grouping(row.nature, row.epci_population, row.largest_population or 0) if row.nature else None,
            row.code == row.largest,
        )
        for row in rows
    }


def successors_of_codes(session: Session) -> dict[str, str]:
    """The commune that each code of a part, or of the past, belongs to now."""
    return {
        row.code: row.commune_code
        for row in session.execute(select(FormerCode.code, FormerCode.commune_code))
    }


def _lies_in(table: type[Place], name: str, code: str) -> ColumnElement[bool]:
    if table is Departement:
        return Departement.region_code == code
    inside = {
        "epci": Commune.epci_code == code,
        "departement": Commune.departement_code == code,
        "region": Commune.departement_code.in_(
            select(Departement.code).where(Departement.region_code == code)
        ),
    }[name]
    if table is Commune:
        return inside
    return Epci.code.in_(select(Commune.epci_code).where(inside, Commune.vintage == loaded_vintage()))


def _other_names(session: Session, code: str) -> list[dict[str, str]]:
    rows = session.execute(
        select(CommuneName.name, CommuneName.status)
        .where(CommuneName.commune_code == code, CommuneName.status != CURRENT)
        .distinct()
        .order_by(CommuneName.name)
    )
    return [{"name": row.name, "status": row.status} for row in rows]
