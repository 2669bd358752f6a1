"""Turns the npm package `@etalab/decoupage-administratif` into the file of territories that the project ships.

    npm pack @etalab/decoupage-administratif        # in a folder of its own
    tar xzf etalab-decoupage-administratif-*.tgz
    python -m services.identity.territories.compile package

The vintage comes from the package: its README says which version is the geography of which year. Every code that a
record names is checked to exist. The same package gives the same bytes, so running it again changes nothing.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from services.identity.territories.gazetteer import (
    FORMAT,
    SHIPPED,
    CommuneRecord,
    DepartementRecord,
    Edition,
    EpciRecord,
    Gazetteer,
    NameRecord,
    RegionRecord,
    write_gazetteer,
)

PACKAGE: Final = "@etalab/decoupage-administratif"
LICENCE: Final = "Licence Ouverte 2.0"
_STATUS: Final = {
    "commune-deleguee": "delegated",
    "commune-associee": "associated",
    "arrondissement-municipal": "district",
}

Json = dict[str, Any]


class InvalidPackage(ValueError):
    """The folder is not the package, or its records contradict one another."""


def compile_package(folder: Path) -> Gazetteer:
    """The territories in the unpacked package in `folder`. Raises `InvalidPackage`."""
    edition = _edition(folder)
    places = _records(folder, "communes")
    communes = [place for place in places if place["type"] == "commune-actuelle"]
    groupings = _records(folder, "epci")
    epci_of = {member["code"]: epci["code"] for epci in groupings for member in epci["membres"]}
    gazetteer = Gazetteer(
        edition=edition,
        notes=_notes(edition),
        regions=tuple(RegionRecord(each["code"], _name(each)) for each in _records(folder, "regions")),
        departements=tuple(
            DepartementRecord(each["code"], _name(each), each["region"])
            for each in _records(folder, "departements")
        ),
        epci=tuple(map(_epci, groupings)),
        communes=tuple(_commune(each, epci_of.get(each["code"])) for each in communes),
        names=tuple(_other_names(places, {each["code"]: each["nom"] for each in communes})),
    )
    _check_references(gazetteer)
    return gazetteer


def main(arguments: list[str]) -> int:
    """Write the shipped file from the package named on the command line. Returns the exit code."""
    if len(arguments) != 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        gazetteer = compile_package(Path(arguments[0]))
    except InvalidPackage as error:
        sys.stderr.write(f"{error}\n")
        return 1
    write_gazetteer(gazetteer, SHIPPED)
    sys.stderr.write(
        f"{SHIPPED.name}: vintage {gazetteer.edition.vintage}, {len(gazetteer.communes)} communes, "
        f"{SHIPPED.stat().st_size:,} bytes\n"
    )
    return 0


def _edition(folder: Path) -> Edition:
    try:
        package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        readme = (folder / "README.md").read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InvalidPackage(f"{folder} is not {PACKAGE} unpacked: {error}") from error
    version = str(package.get("version"))
    year = re.search(rf"^\| *(\d{{4}}) *\| *{re.escape(version)} *\|", readme, re.MULTILINE)
    if package.get("name") != PACKAGE or year is None:
        raise InvalidPackage(f"{folder}: its README does not say of which year {PACKAGE} {version} is")
    return Edition(int(year[1]), tuple(map(int, version.split("."))), FORMAT)


def _notes(edition: Edition) -> tuple[str, ...]:
    version = ".".join(map(str, edition.version))
    return (
        f"Territories of France, vintage {edition.vintage}. {LICENCE}.",
        "Sources: INSEE (code officiel géographique, legal populations), DGCL (EPCI), La Poste (postal codes),",
        f"by way of the npm package {PACKAGE} {version}.",
        "Made by services/identity/territories/compile.py, whose neighbour gazetteer.py describes the format.",
    )


def _records(folder: Path, name: str) -> list[Json]:
    path = folder / "data" / f"{name}.json"
    try:
        records: list[Json] = json.loads(path.read_text(encoding="utf-8"))
        return sorted(records, key=lambda record: str(record["code"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidPackage(f"{path}: {error}") from error


def _name(record: Json) -> str:
    return str(record["nom"]).replace("'", "’")


def _epci(record: Json) -> EpciRecord:
    largest = max(record["membres"], key=lambda member: (member["populationMunicipale"], member["code"]))
    return EpciRecord(
        code=record["code"],
        name=_name(record),
        nature=record["type"],
        population=record["populationMunicipale"],
        largest=largest["code"],
    )


def _commune(record: Json, epci: str | None) -> CommuneRecord:
    return CommuneRecord(
        code=record["code"],
        name=_name(record),
        departement=record["departement"],
        epci=epci,
        population=record.get("population"),
        postal_codes=tuple(sorted(record.get("codesPostaux", ()))),
        old_codes=tuple(sorted(record.get("anciensCodes", ()))),
    )


def _other_names(places: Iterable[Json], names: dict[str, str]) -> Iterator[NameRecord]:
    """The names of parts of communes; a part that is called like its commune adds nothing and is left out."""
    for place in places:
        if place["type"] in _STATUS:
            commune = str(place.get("chefLieu") or place["commune"])
            if names.get(commune) != place["nom"] or place["code"] != commune:
                yield NameRecord(commune, place["code"], _STATUS[place["type"]], _name(place))


def _check_references(gazetteer: Gazetteer) -> None:
    regions, departements, epci, communes = (
        {record.code for record in records}
        for records in (gazetteer.regions, gazetteer.departements, gazetteer.epci, gazetteer.communes)
    )
    named = {
        "région": {each.region for each in gazetteer.departements} - regions,
        "département": {each.departement for each in gazetteer.communes} - departements,
        "EPCI": {each.epci for each in gazetteer.communes if each.epci} - epci,
        "commune": {each.commune for each in gazetteer.names} - communes,
        "largest commune": {each.largest for each in gazetteer.epci} - communes,
    }
    missing = [f"{what} {code}" for what, codes in named.items() for code in sorted(codes)]
    if missing or not communes:
        raise InvalidPackage(
            f"Records name what is not there: {', '.join(missing[:20]) or 'no commune at all'}"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
