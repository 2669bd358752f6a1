"""The territories of France as the project ships them: one file beside this module, made by `compile.py`.

The file is gzip'd UTF-8 text with tabs between cells. Lines that start with `#` say what it is and under which licence;
every other line starts with a letter that says which record it is, in this order:

    V  vintage (the year), edition (the package's version), format (`FORMAT`)
    R  code, name                                                          a région
    D  code, name, region                                                  a département or an overseas collectivity
    E  code, name, nature, population, largest                             an EPCI with its own taxes
    C  code, name, departement, EPCI, population, postal codes, old codes  a commune
    N  commune, code, status, name                                         another name under which a commune is sought

Codes are INSEE's, an EPCI's is its SIREN. Populations are numbers of people; an empty cell is « not known » or
« none ». Several codes in a cell are separated by spaces. Names have typographic apostrophes, which the source has not.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FORMAT: Final = 1
"""Raised when the same edition is compiled into other records, so that databases take it again."""

SHIPPED: Final = Path(__file__).parent / "territories.tsv.gz"
"""The file that the project ships."""

CURRENT: Final = "current"
STATUSES: Final = (CURRENT, "delegated", "associated", "district", "former")
"""What a name is the name of: the commune itself, a commune delegated or associated within it, a municipal
arrondissement of it, or a commune of an earlier vintage that it has taken over."""


@dataclass(frozen=True, slots=True, order=True)
class Edition:
    """Which edition of the territories: the year of the geography, the version of the source, the file's format."""

    vintage: int
    version: tuple[int, ...]
    format: int

    def __str__(self) -> str:
        return f"{self.vintage} {'.'.join(map(str, self.version))} {self.format}"

    @classmethod
    def read(cls, text: str) -> Edition:
        """The edition that `str` wrote. Raises `ValueError`."""
        vintage, version, format_ = text.split(" ")
        return cls(int(vintage), tuple(map(int, version.split("."))), int(format_))


@dataclass(frozen=True, slots=True)
class RegionRecord:
    """A région, or a collectivity that stands for one."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class DepartementRecord:
    """A département, or a collectivity that stands for one."""

    code: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class EpciRecord:
    """A grouping of communes with its own taxes. `nature` is CC, CA, CU, METRO or MET69.

    `population` and `largest`, the code of its largest commune, are those of the list of EPCI itself (DGCL), whose
    figures are a year older than those of communes.
    """

    code: str
    name: str
    nature: str
    population: int
    largest: str


@dataclass(frozen=True, slots=True)
class CommuneRecord:
    """A commune of this vintage. `population` is the legal population, None where nobody counts."""

    code: str
    name: str
    departement: str
    epci: str | None
    population: int | None
    postal_codes: tuple[str, ...]
    old_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameRecord:
    """Another name of `commune`: that of the part of it that has the code `code`. `status` is one of `STATUSES`."""

    commune: str
    code: str
    status: str
    name: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All territories of one edition. Records of a kind are in the order of their codes."""

    edition: Edition
    notes: tuple[str, ...]
    regions: tuple[RegionRecord, ...]
    departements: tuple[DepartementRecord, ...]
    epci: tuple[EpciRecord, ...]
    communes: tuple[CommuneRecord, ...]
    names: tuple[NameRecord, ...]


def read_gazetteer(path: Path = SHIPPED) -> Gazetteer:
    """The territories in the file at `path`. Raises `ValueError` naming the line that is no record of this format."""
    notes: list[str] = []
    rows: dict[str, list[list[str]]] = {letter: [] for letter in "VRDECN"}
    for number, line in enumerate(gzip.decompress(path.read_bytes()).decode().splitlines(), 1):
        if line.startswith("#"):
            notes.append(line.removeprefix("# "))
            continue
        letter, *cells = line.split("\t")
        if letter not in rows or len(cells) != _CELLS[letter]:
            raise ValueError(f"{path.name}, line {number}: no record of this format")
        rows[letter].append(cells)
    return Gazetteer(
        edition=Edition.read(" ".join(rows["V"][0])),
        notes=tuple(notes),
        regions=tuple(RegionRecord(*cells) for cells in rows["R"]),
        departements=tuple(DepartementRecord(*cells) for cells in rows["D"]),
        epci=tuple(
            EpciRecord(code, name, nature, int(population), largest)
            for code, name, nature, population, largest in rows["E"]
        ),
        communes=tuple(map(_commune, rows["C"])),
        names=tuple(NameRecord(*cells) for cells in rows["N"]),
    )


def shipped_edition() -> Edition:
    """The edition of the file that the project ships, without reading the rest of it."""
    with gzip.open(SHIPPED, "rt", encoding="utf-8") as lines:
        version = next(line for line in lines if line.startswith("V"))
    return Edition.read(version.removeprefix("V\t").strip().replace("\t", " "))


def write_gazetteer(gazetteer: Gazetteer, path: Path) -> None:
    """Write the file at `path`. The same gazetteer gives the same bytes: the archive holds neither name nor time."""
    text = "".join(f"{line}\n" for line in _lines(gazetteer))
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


_CELLS: Final = {"V": 3, "R": 2, "D": 3, "E": 5, "C": 7, "N": 4}


def _commune(cells: list[str]) -> CommuneRecord:
    code, name, departement, epci, population, postal_codes, old_codes = cells
    return CommuneRecord(
        code=code,
        name=name,
        departement=departement,
        epci=epci or None,
        population=int(population) if population else None,
        postal_codes=tuple(postal_codes.split()),
        old_codes=tuple(old_codes.split()),
    )


def _lines(gazetteer: Gazetteer) -> Iterator[str]:
    edition = gazetteer.edition
    yield from (f"# {note}" for note in gazetteer.notes)
    yield _line("V", (edition.vintage, ".".join(map(str, edition.version)), edition.format))
    for region in gazetteer.regions:
        yield _line("R", (region.code, region.name))
    for departement in gazetteer.departements:
        yield _line("D", (departement.code, departement.name, departement.region))
    for epci in gazetteer.epci:
        yield _line("E", (epci.code, epci.name, epci.nature, epci.population, epci.largest))
    for each in gazetteer.communes:
        codes = (" ".join(each.postal_codes), " ".join(each.old_codes))
        yield _line("C", (each.code, each.name, each.departement, each.epci, each.population, *codes))
    for name in gazetteer.names:
        yield _line("N", (name.commune, name.code, name.status, name.name))


def _line(letter: str, cells: Iterable[str | int | None]) -> str:
    texts = ["" if cell is None else str(cell) for cell in cells]
    if any("\t" in text or "\n" in text for text in texts):
        raise ValueError(f"a cell of this record has a tab or a line break in it: {texts}")
    return "\t".join([letter, *texts])
