"""Loading the territories that the project ships, and INSEE's density grid over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from libs.chassis.db import lock
from libs.chassis.errors import Conflict, Invalid
from libs.chassis.messages import N_
from services.identity.territories.copying import replace_rows, update_rows, upsert_rows
from services.identity.territories.gazetteer import (
    CURRENT,
    CommuneRecord,
    Gazetteer,
    NameRecord,
    read_gazetteer,
    shipped_edition,
)
from services.identity.territories.models import Commune, TerritoryEdition
from services.identity.territories.names import keys_of_name, sort_key
from services.identity.territories.queries import (
    figures_of_communes,
    get_edition,
    is_loaded,
    successors_of_codes,
)
from services.identity.territories.reclassing import Reclassed, levels_today
from services.identity.territories.rules import (
    BY_DENSITY,
    BY_FIGURES,
    LEAST_COVERED,
    Density,
    Figures,
    Grouping,
    kind_by_density,
    kind_by_figures,
)

_FORMER = "former"


def load_shipped(session: Session, now: datetime) -> bool:
    """Bring the territories to the edition that is shipped with this version. Returns whether that took anything.

    Where they are at it already, which every start finds, the file is not even unpacked.
    """
    if is_loaded(session, shipped_edition()):
        return False
    return load_gazetteer(session, read_gazetteer(), now)


def load_gazetteer(session: Session, gazetteer: Gazetteer, now: datetime) -> bool:
    """Bring the territories to the edition of `gazetteer`; nothing happens when that, or a newer one, is loaded.

    Rows that the new edition no longer lists stay, with the vintage that last did: others keep their codes. Where the
    density grid is applied, it stays so. Returns whether anything was loaded.
    """
    lock(session, "territories")
    if is_loaded(session, gazetteer.edition):
        return False
    loaded = get_edition(session)
    _load_containers(session, gazetteer)
    _load_communes(session, gazetteer, with_grid=loaded is not None and loaded.grid is not None)
    _load_ways_to_find(session, gazetteer)
    if loaded is None:
        loaded = TerritoryEdition(single=True, grid=None)
        session.add(loaded)
    loaded.vintage = gazetteer.edition.vintage
    loaded.edition = str(gazetteer.edition)
    loaded.notes = "\n".join(gazetteer.notes)
    loaded.loaded_at = now
    return True


@dataclass(frozen=True, slots=True)
class Applied:
    """Every commune with its kind by both rules, and the codes of the grid that belong to nothing known."""

    communes: list[Reclassed]
    unknown: list[str]


def apply_grid(session: Session, grid: Mapping[str, Density]) -> Applied:
    """Give every commune of the loaded vintage its kind by `grid`, the levels by commune code.

    Communes that are not in the grid become « non classée ». Raises `Conflict` when no territories are loaded,
    `Invalid` when the grid lacks too many of them.
    """
    lock(session, "territories")
    edition = get_edition(session)
    if edition is None:
        raise Conflict("territory.not_loaded", N_("The territories are not loaded yet."))
    communes, successors = figures_of_communes(session), successors_of_codes(session)
    levels = levels_today(grid, communes.keys(), successors)
    _check_covered(levels, communes)
    reclassed = [
        Reclassed(
            code=code,
            people=figures.population or 0,
            by_figures=kind_by_figures(figures),
            by_density=kind_by_density(levels.get(code), figures),
        )
        for code, figures in communes.items()
    ]
    rows = ((each.code, levels.get(each.code), each.by_density, BY_DENSITY) for each in reclassed)
    update_rows(session, "commune", ("code", "density", "kind", "kind_source"), rows)
    edition.grid = BY_DENSITY
    return Applied(reclassed, sorted(grid.keys() - communes.keys() - successors.keys()))


def _check_covered(levels: Mapping[str, Density], communes: Mapping[str, Figures]) -> None:
    if len(levels) < LEAST_COVERED * len(communes):
        raise Invalid(
            "territory.grid_incomplete",
            N_("This grid has {covered} of the {communes} communes: it is cut short, or no grid of these."),
            covered=len(levels),
            communes=len(communes),
        )


def _load_containers(session: Session, gazetteer: Gazetteer) -> None:
    vintage = gazetteer.edition.vintage
    upsert_rows(
        session,
        "region",
        ("code", "name", "sort_key", "vintage"),
        ((each.code, each.name, sort_key(each.name), vintage) for each in gazetteer.regions),
    )
    upsert_rows(
        session,
        "departement",
        ("code", "name", "region_code", "sort_key", "vintage"),
        (
            (each.code, each.name, each.region, sort_key(each.name), vintage)
            for each in gazetteer.departements
        ),
    )
    upsert_rows(
        session,
        "epci",
        ("code", "name", "nature", "population", "largest", "sort_key", "vintage"),
        (
            (each.code, each.name, each.nature, each.population, each.largest, sort_key(each.name), vintage)
            for each in gazetteer.epci
        ),
    )


def _load_communes(session: Session, gazetteer: Gazetteer, *, with_grid: bool) -> None:
    figures = figures_in(gazetteer)
    levels = levels_today(_levels(session), figures.keys(), _successors(gazetteer)) if with_grid else {}

    def row(commune: CommuneRecord) -> tuple[object, ...]:
        known = figures[commune.code]
        kind = kind_by_density(levels.get(commune.code), known) if with_grid else kind_by_figures(known)
        return (
            commune.code,
            commune.name,
            commune.departement,
            commune.epci,
            commune.population,
            list(commune.postal_codes),
            kind,
            BY_DENSITY if with_grid else BY_FIGURES,
            sort_key(commune.name),
            gazetteer.edition.vintage,
        )

    columns = (
        *("code", "name", "departement_code", "epci_code", "population", "postal_codes"),
        *("kind", "kind_source", "sort_key", "vintage"),
    )
    upsert_rows(session, "commune", columns, map(row, gazetteer.communes))


def figures_in(gazetteer: Gazetteer) -> dict[str, Figures]:
    """What the rules ask about each commune of `gazetteer`, by code."""
    people = {commune.code: commune.population or 0 for commune in gazetteer.communes}
    groupings = {
        epci.code: (Grouping(epci.nature, epci.population, people[epci.largest]), epci.largest)
        for epci in gazetteer.epci
    }
    figures = {}
    for commune in gazetteer.communes:
        grouping, largest = groupings[commune.epci] if commune.epci else (None, None)
        figures[commune.code] = Figures(commune.population, grouping, commune.code == largest)
    return figures


def _levels(session: Session) -> dict[str, Density]:
    rows = session.execute(select(Commune.code, Commune.density).where(Commune.density.is_not(None)))
    return {row.code: Density(row.density) for row in rows}


def _load_ways_to_find(session: Session, gazetteer: Gazetteer) -> None:
    successors = _successors(gazetteer)
    names = [
        *(NameRecord(each.code, each.code, CURRENT, each.name) for each in gazetteer.communes),
        *gazetteer.names,
        *_names_of_the_past(session, gazetteer, successors),
    ]
    people = {commune.code: commune.population or 0 for commune in gazetteer.communes}
    keys = {
        (key, name.commune, name.name): (name.status, whole, people[name.commune])
        for name in reversed(names)  # the commune's own name wins
        for key, whole in keys_of_name(name.name)
    }
    columns = ("key", "commune_code", "name", "status", "whole", "population")
    replace_rows(session, "commune_name", columns, ((*key, *rest) for key, rest in keys.items()))
    postal_codes = ((postal, each.code) for each in gazetteer.communes for postal in each.postal_codes)
    replace_rows(session, "postal_code", ("code", "commune_code"), postal_codes)
    replace_rows(session, "former_code", ("code", "commune_code"), successors.items())
    # So that the first searches are planned for these rows, and not for the empty tables of a moment ago.
    session.execute(text("ANALYZE commune, commune_name, postal_code"))


def _successors(gazetteer: Gazetteer) -> dict[str, str]:
    """The commune that each code of a part or of the past now belongs to."""
    communes = {commune.code for commune in gazetteer.communes}
    old = {old: commune.code for commune in gazetteer.communes for old in commune.old_codes}
    parts = {name.code: name.commune for name in gazetteer.names}
    return {code: commune for code, commune in (old | parts).items() if code not in communes}


def _names_of_the_past(
    session: Session, gazetteer: Gazetteer, successors: Mapping[str, str]
) -> Iterator[NameRecord]:
    """The names of communes that only an earlier vintage lists, where it is known what they became part of."""
    rows = session.execute(
        select(Commune.code, Commune.name).where(Commune.vintage < gazetteer.edition.vintage)
    )
    for row in rows:
        if row.code in successors:
            yield NameRecord(successors[row.code], row.code, _FORMER, row.name)
