"""INSEE's communal density grid, read from the workbook that INSEE publishes.

The columns are found by the codes in the sheet's header, `CODGEO` (the commune) and `LIBDENS` (the label of its
level). The number of the level is not read: it means nothing by itself, and another edition may number the levels
otherwise. Nothing is believed before everything is read, and what is wrong is said with its sheet and row.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.identity.territories.names import words
from services.identity.territories.rules import Density

MOST_PROBLEMS: Final = 20
"""Reading stops here: after twenty problems the cause is clear, and the rest is usually its shadow."""

_CODE, _LABEL = "CODGEO", "LIBDENS"
_HEADER_WITHIN: Final = 20
_LARGEST: Final = 200 * 2**20
_COMMUNE_CODE: Final = re.compile(r"\d{5}|2[AB]\d{3}")
_LEVELS: Final = {" ".join(words(level)): level for level in Density}

# What zipfile, the XML parser and openpyxl raise on a file that is damaged, or is something else.
_UNREADABLE: Final = (
    *(OSError, EOFError, KeyError, IndexError, ValueError, TypeError, ParseError),
    *(zipfile.BadZipFile, zlib.error, InvalidFileException),
)

Cells = Sequence[Any]


class InvalidGrid(Exception):
    """The file is not a whole and sound density grid. `problems` says why, at most `MOST_PROBLEMS` of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def read_grid(path: Path) -> dict[str, Density]:
    """The level of each commune in the workbook at `path`, by commune code. Raises `InvalidGrid`."""
    try:
        with path.open("rb") as file:  # openpyxl leaves open what it opened, when what it finds is bad
            return _read(path.name, file)
    except _UNREADABLE as error:
        raise InvalidGrid([f"{path.name} is not an xlsx workbook that can be read: {error}"]) from error


def _read(name: str, file: BinaryIO) -> dict[str, Density]:
    with zipfile.ZipFile(file) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
            raise InvalidGrid(
                [f"{name} unpacks to more than {_LARGEST // 2**20} MB: this is no density grid"]
            )
    workbook = load_workbook(file, read_only=True, data_only=True)
    for sheet in workbook.worksheets:
        sheet.reset_dimensions()  # what a sheet says of its own size may be wrong
        rows = enumerate(sheet.iter_rows(values_only=True), 1)
        if (columns := _header(rows)) is not None:
            return _levels(f"{name}, sheet “{sheet.title}”", rows, *columns)
    sheets = ", ".join(f"“{title}”" for title in workbook.sheetnames)
    raise InvalidGrid(
        [f"{name}: no sheet has the columns {_CODE} and {_LABEL} in its first rows; found {sheets}"]
    )


def _header(rows: Iterator[tuple[int, Cells]]) -> tuple[int, int] | None:
    """Where the two columns are; the rows up to the header are consumed."""
    for number, cells in rows:
        texts = [_text(cell) for cell in cells]
        if _CODE in texts and _LABEL in texts:
            return texts.index(_CODE), texts.index(_LABEL)
        if number == _HEADER_WITHIN:
            break
    return None


def _levels(where: str, rows: Iterator[tuple[int, Cells]], code_at: int, label_at: int) -> dict[str, Density]:
    levels: dict[str, Density] = {}
    seen: dict[str, int] = {}
    problems: list[str] = []
    for number, cells in rows:
        code, label = _cell(cells, code_at), _cell(cells, label_at)
        if code is None and label is None:
            continue
        level = _LEVELS.get(" ".join(words(label))) if isinstance(label, str) else None
        problem = _problem(code, label, level, seen)
        if problem is not None:
            problems.append(f"{where}, row {number}: {problem}")
            if len(problems) == MOST_PROBLEMS:
                break
        elif level is not None:
            seen[_text(code)] = number
            levels[_text(code)] = level
    if not problems and not levels:
        problems.append(f"{where}: no row under the header")
    if problems:
        raise InvalidGrid(problems)
    return levels


def _problem(code: Any, label: Any, level: Density | None, seen: dict[str, int]) -> str | None:
    """What is wrong with a row, if anything is."""
    if isinstance(code, int | float):
        return f"the commune code {code} is a number, so its leading zeros may be lost; it must be text"
    if not _COMMUNE_CODE.fullmatch(_text(code)):
        return f"“{_text(code)}” is no commune code"
    if (first := seen.get(_text(code))) is not None:
        return f"the commune {_text(code)} stands in row {first} already"
    if level is None:
        return f"“{_text(label)}” is no level of the grid; the levels are {', '.join(Density)}"
    return None


def _cell(cells: Cells, at: int) -> Any:
    cell = cells[at] if at < len(cells) else None
    return None if isinstance(cell, str) and not cell.strip() else cell


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()
