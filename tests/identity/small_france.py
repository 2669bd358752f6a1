"""A France of some twenty communes, in the shape of the npm package and of INSEE's workbook."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from services.identity.territories.compile import compile_package
from services.identity.territories.gazetteer import Gazetteer

README = "| Année | Version |\n|---|---|\n| 2027 | 7.0.0 |\n| 2026  | 6.0.0 |\n"
REGIONS = {
    "01": "Guadeloupe",
    "04": "La Réunion",
    "11": "Île-de-France",
    "28": "Normandie",
    "76": "Occitanie",
}
REGIONS |= {"84": "Auvergne-Rhône-Alpes", "94": "Corse", "989": "Île de Clipperton"}
DEPARTEMENTS = {
    "01": ("Ain", "84"),
    "09": ("Ariège", "76"),
    "2A": ("Corse-du-Sud", "94"),
    "69": ("Rhône", "84"),
    "75": ("Paris", "11"),
    "76": ("Seine-Maritime", "28"),
    "93": ("Seine-Saint-Denis", "11"),
    "94": ("Val-de-Marne", "11"),
    "974": ("La Réunion", "04"),
    "989": ("Île de Clipperton", "989"),
}

# Code, name, population, postal codes, old codes.
COMMUNES: list[tuple[str, str, int | None, str, str]] = [
    ("01033", "Valserhône", 16302, "01200", "01126 01018"),
    ("01034", "Belley", 9500, "01300", ""),
    ("01035", "Belleydoux", 300, "01130", ""),
    ("09261", "Saint-Girons", 6100, "09200", ""),
    ("09268", "Saint-Lizier", 1391, "09190", ""),
    ("09150", "Lacourt", 210, "09200", ""),
    ("2A004", "Ajaccio", 74000, "20000 20090 20167", ""),
    ("69123", "Lyon", 520774, "69001 69002 69003", ""),
    ("69266", "Villeurbanne", 162000, "69100", ""),
    ("69040", "Poleymieux-au-Mont-d'Or", 1400, "69250", ""),
    ("75056", "Paris", 2103778, "75001 75012 75116", ""),
    ("76351", "Le Havre", 166000, "76600 76610 76620", ""),
    ("76305", "Gonneville", 900, "76280", ""),
    ("93066", "Saint-Denis", 149077, "93200 93210 93380", "93059"),
    ("93031", "Épinay-sur-Seine", 52833, "93800", ""),
    ("93072", "Stains", 41388, "93240", ""),
    ("94038", "L'Haÿ-les-Roses", 31000, "94240", ""),
    ("94067", "Œuilly-en-Brie", 2500, "94160", ""),
    ("97411", "Saint-Denis", 155000, "97400 97490", ""),
    ("98901", "Île de Clipperton", None, "98799", ""),
]
# Code, name, nature, members.
EPCI = [
    ("200054781", "Métropole du Grand Paris", "METRO", "75056 93066 93031 93072 94038 94067"),
    ("200046977", "Métropole de Lyon", "MET69", "69123 69266 69040"),
    ("200067940", "CC Couserans-Pyrénées", "CC", "09261 09268 09150"),
    ("200084952", "CU Le Havre Seine Métropole", "CU", "76351 76305"),
    ("240100891", "CC Terre Valserhône", "CC", "01033"),
    ("200040350", "CC Bugey Sud", "CC", "01034 01035"),
    ("242010056", "CA du Pays Ajaccien", "CA", "2A004"),
    ("249740119", "CA Intercommunale du Nord de la Réunion", "CA", "97411"),
]
# Type, code, name, commune.
PARTS = [
    ("commune-deleguee", "01033", "Bellegarde-sur-Valserine", "01033"),
    ("commune-deleguee", "01018", "Arlod", "01033"),
    ("commune-deleguee", "93059", "Pierrefitte-sur-Seine", "93066"),
    ("commune-deleguee", "93066", "Saint-Denis", "93066"),
    ("arrondissement-municipal", "69383", "Lyon 3e Arrondissement", "69123"),
    ("arrondissement-municipal", "75112", "Paris 12e Arrondissement", "75056"),
]
# The label of each commune in the grid; the numbers of the sheet are wrong on purpose.
LEVELS = {
    "01033": "Petites villes",
    "01034": "Petites villes",
    "01035": "Rural à habitat très dispersé",
    "09261": "Bourgs ruraux",
    "09268": "Bourgs ruraux",
    "09150": "Rural à habitat dispersé",
    "2A004": "Centres urbains intermédiaires",
    "69123": "Grands centres urbains",
    "69266": "Grands centres urbains",
    "69040": "Bourgs ruraux",
    "75056": "Grands centres urbains",
    "76351": "Grands centres urbains",
    "76305": "Ceintures urbaines",
    "93066": "Grands centres urbains",
    "93031": "Grands centres urbains",
    "93072": "Grands centres urbains",
    "94038": "Grands centres urbains",
    "94067": "Ceintures urbaines",
    "97411": "Centres urbains intermédiaires",
}
Communes = Iterable[tuple[str, str, int | None, str, str]]


def write_package(
    folder: Path, communes: Communes = COMMUNES, *, version: str = "6.0.0", parts: Iterable[Any] = PARTS
) -> Path:
    """The unpacked npm package, with these communes."""
    communes = list(communes)
    people = {code: population or 0 for code, _name, population, _postal, _old in communes}
    (folder / "data").mkdir(parents=True)
    package = {"name": "@etalab/decoupage-administratif", "version": version}
    (folder / "package.json").write_text(json.dumps(package))
    (folder / "README.md").write_text(README)
    data = {
        "regions": [{"code": code, "nom": name} for code, name in REGIONS.items()],
        "departements": [
            {"code": code, "nom": name, "region": region} for code, (name, region) in DEPARTEMENTS.items()
        ],
        "epci": [
            {
                "code": code,
                "nom": name,
                "type": nature,
                "populationMunicipale": sum(people.get(each, 0) for each in members.split()),
                "membres": [
                    {"code": each, "populationMunicipale": people[each]}
                    for each in members.split()
                    if each in people
                ],
            }
            for code, name, nature, members in EPCI
        ],
        "communes": [*map(_commune, communes), *(_part(*each) for each in parts)],
    }
    for name, records in data.items():
        (folder / "data" / f"{name}.json").write_text(json.dumps(records))
    return folder


def small_france(folder: Path, communes: Communes = COMMUNES, **package: Any) -> Gazetteer:
    """The same, compiled."""
    return compile_package(write_package(folder, communes, **package))


def write_grid(path: Path, rows: Iterable[Sequence[Any]] | None = None, *, header: Any = None) -> Path:
    """INSEE’s workbook: a title, a header for people, one for programs, rows of code, name, number, label."""
    workbook = Workbook()
    workbook.active.title = "Lisez-moi"
    workbook.active.append(["Définitions"])
    sheet = workbook.create_sheet("Grille_Densite")
    sheet.append(["Grille de densité"])
    sheet.append(["France – Niveau de densité (7 niveaux) des communes"])
    sheet.append(
        ["Code \nCommune", "Libellé des communes", "Typo degré de Densité", "Libellé degré de densité"]
    )
    sheet.append(header or ["CODGEO", "LIBGEO", "DENS", "LIBDENS"])
    for row in rows if rows is not None else grid_rows():
        sheet.append(list(row))
    workbook.save(path)
    return path


def grid_rows() -> list[list[Any]]:
    """A sound row for each commune of `LEVELS`, for one that was merged, and for one of which nobody knows."""
    return [[code, "…", 9, label] for code, label in LEVELS.items()] + [
        ["01126", "…", 9, "Ceintures urbaines"],
        ["99998", "…", 9, "Bourgs ruraux"],
    ]


def _commune(commune: tuple[str, str, int | None, str, str]) -> dict[str, Any]:
    code, name, population, postal_codes, old_codes = commune
    departement = next(each for each in DEPARTEMENTS if code.startswith(each))
    record: dict[str, Any] = {
        "code": code,
        "nom": name,
        "departement": departement,
        "type": "commune-actuelle",
        "codesPostaux": postal_codes.split(),
    }
    if population is not None:
        record["population"] = population
    if old_codes:
        record["anciensCodes"] = old_codes.split()
    return record


def _part(kind: str, code: str, name: str, commune: str) -> dict[str, Any]:
    whole = "commune" if kind == "arrondissement-municipal" else "chefLieu"
    return {"type": kind, "code": code, "nom": name, whole: commune, "departement": "", "codesPostaux": []}
