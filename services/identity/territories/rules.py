"""The kind of a commune: rural, pavillonnaire (suburban), petite ville or métropole.

Two rules give it. `kind_by_density` needs INSEE's communal density grid, which looks at where in a commune people
live; `kind_by_figures` makes do with how many live there and in its EPCI, and is what an installation starts with.

The thresholds of the second were chosen so that it agrees with the first for as many people as possible in the
figures of 2026: it does for 82 of 100 people. What it cannot see without a map: a commune that lies between fields
near a city of 25,000 (the first says rural), and a village that has grown into the belt of a smaller one
(pavillonnaire).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

KINDS: Final = ("rural", "pavillonnaire", "petite_ville", "metropole")
UNCLASSED: Final = None
"""The kind of a commune of which nothing is known: « non classée »."""

BY_FIGURES: Final = "rule"
BY_DENSITY: Final = "insee-2024"
KIND_SOURCES: Final = (BY_FIGURES, BY_DENSITY)

METROPOLES: Final = frozenset({"METRO", "MET69"})
"""The natures of EPCI that are a métropole; MET69 is Lyon's, which is a collectivity of its own kind."""

LEAST_COVERED: Final = 0.9
"""A grid that has less than this share of the communes is cut short, or the grid of something else."""

# Numbers of people.
_CITY: Final = 50_000
_LARGE_TOWN: Final = 8_000
_TOWN: Final = 2_000
_GREAT_EPCI: Final = 150_000
_ATTRACTIVE: Final = 25_000
_SUBURB: Final = 3_000
_SUBURB_OF_METROPOLE: Final = 500


class Density(StrEnum):
    """The seven levels of INSEE's grid, by their label; a number would mean nothing by itself."""

    GREAT_URBAN_CENTRE = "Grands centres urbains"
    URBAN_CENTRE = "Centres urbains intermédiaires"
    SMALL_TOWN = "Petites villes"
    URBAN_BELT = "Ceintures urbaines"
    RURAL_TOWN = "Bourgs ruraux"
    SCATTERED = "Rural à habitat dispersé"
    VERY_SCATTERED = "Rural à habitat très dispersé"


@dataclass(frozen=True, slots=True)
class Grouping:
    """What the rules ask about an EPCI: its nature, how many people it has, and how many its largest commune has."""

    nature: str
    population: int
    largest_population: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the rules ask about a commune.

    `population` is None where nobody counts; `grouping` is None for the few communes in no EPCI; `is_largest` says
    whether the commune is the largest of its EPCI.
    """

    population: int | None
    grouping: Grouping | None
    is_largest: bool


def kind_by_figures(commune: Figures) -> str | None:
    """The default kind without the density grid; None where the population is not known or nobody lives.

    In this order:

    1. métropole: 50,000 people, or 8,000 in an EPCI of 150,000;
    2. petite ville: 8,000 people, or 2,000 in the largest commune of its EPCI;
    3. pavillonnaire: 500 people in an EPCI that is a métropole, or 3,000 beside a largest commune of 25,000;
    4. rural: all others.
    """
    people, grouping = commune.population, commune.grouping
    if not people:
        return UNCLASSED
    great = grouping is not None and grouping.population >= _GREAT_EPCI
    if people >= _CITY or (great and people >= _LARGE_TOWN):
        return "metropole"
    if people >= _LARGE_TOWN or (people >= _TOWN and commune.is_largest):
        return "petite_ville"
    if grouping is None:
        return "rural"
    in_metropole = grouping.nature in METROPOLES and people >= _SUBURB_OF_METROPOLE
    near_city = grouping.largest_population >= _ATTRACTIVE and people >= _SUBURB
    return "pavillonnaire" if in_metropole or near_city else "rural"


def kind_by_density(level: Density | None, commune: Figures) -> str | None:
    """The default kind by INSEE's grid; None for a commune outside it.

    Great urban centres → métropole; other urban centres → métropole in an EPCI that is one, else petite ville; small
    towns → petite ville; urban belts → pavillonnaire; rural towns → petite ville from 2,000 people in the largest
    commune of its EPCI, pavillonnaire in an EPCI that is a métropole, else rural; scattered settlement → rural.
    """
    in_metropole = commune.grouping is not None and commune.grouping.nature in METROPOLES
    match level:
        case None:
            return UNCLASSED
        case Density.GREAT_URBAN_CENTRE:
            return "metropole"
        case Density.URBAN_CENTRE:
            return "metropole" if in_metropole else "petite_ville"
        case Density.SMALL_TOWN:
            return "petite_ville"
        case Density.URBAN_BELT:
            return "pavillonnaire"
        case Density.RURAL_TOWN:
            return _kind_of_rural_town(commune, in_metropole=in_metropole)
        case Density.SCATTERED | Density.VERY_SCATTERED:
            return "rural"


def _kind_of_rural_town(commune: Figures, *, in_metropole: bool) -> str:
    if commune.grouping is not None and commune.is_largest and (commune.population or 0) >= _TOWN:
        return "petite_ville"
    return "pavillonnaire" if in_metropole else "rural"
