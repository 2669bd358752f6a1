"""The CSV files of a Pol.is export, as rows that know their line, and the problems found in them.

A problem never stops the reading at once: whoever repairs an export wants the list. It names the file and the line
where the row *begins*, which is not the number of rows before it, since quoted cells may hold newlines.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

MOST_PROBLEMS: Final = 20
"""Reading stops here: after twenty problems the cause is clear, and the rest is usually its shadow."""

Progress = Callable[[str, int, int], None]
"""Told now and then: the file's name, the lines read so far, the lines it has."""

Meaning = TypeVar("Meaning")

_PROGRESS_EVERY = 1000
_YEAR_10000_MS = 253_402_300_800_000
_WHOLE_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,18})(?:\.0*)?\s*")


@dataclass(frozen=True, slots=True)
class PolisProblem:
    """One thing wrong in an export; ``line`` is where the row begins, from 1, or None for the whole file."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        """File, line and what was expected, for a person."""
        return (
            f"{self.file}: {self.message}"
            if self.line is None
            else f"{self.file}, line {self.line}: {self.message}"
        )


class InvalidExport(ValueError):
    """The folder is not a whole and sound Pol.is export. ``problems`` says why, at most ``MOST_PROBLEMS`` of them."""

    def __init__(self, problems: tuple[PolisProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class Problems:
    """What has been found wrong so far; raises ``InvalidExport`` by itself once there is too much of it."""

    def __init__(self) -> None:
        self._found: list[PolisProblem] = []

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._found)

    def add(self, file: str, line: int | None, message: str) -> None:
        """Note a problem."""
        self._found.append(PolisProblem(file, line, message))
        if len(self._found) == MOST_PROBLEMS:
            self.raise_if_any()

    def raise_if_any(self) -> None:
        """Raise ``InvalidExport`` with everything that was found, if anything was."""
        if self._found:
            raise InvalidExport(tuple(self._found))


def whole_number(cell: str) -> int | None:
    """The whole number in a cell, also when a spreadsheet wrote it as ``12.0``; None for anything else."""
    match = _WHOLE_NUMBER.fullmatch(cell)
    return int(match[1]) if match else None


class Table:
    """A CSV file with a header. Columns are found by name, so their order and the ones we don't know don't matter."""

    def __init__(self, name: str, text: str, problems: Problems, progress: Progress | None) -> None:
        self.name = name
        self._problems = problems
        self._rows = numbered_rows(name, text, problems, progress)
        self.header_line, header = next(self._rows, (1, []))
        self.header = [cell.strip() for cell in header]
        self.columns = {column: index for index, column in enumerate(self.header)}
        self._times = Counter(self.header)

    def problem(self, line: int | None, message: str) -> None:
        """Note what is wrong with a row of this file."""
        self._problems.add(self.name, line, message)

    def has(self, *required: str) -> bool:
        """Whether every required column is there; each missing or doubled one is noted."""
        for column in dict.fromkeys(required):
            if column not in self.columns:
                found = ", ".join(self.header[:8]) or "nothing"
                self.problem(self.header_line, f"no column “{column}” in the header; found {found}")
            elif self._times[column] > 1:
                self.problem(self.header_line, f"column “{column}” appears twice in the header")
        return all(self._times[column] == 1 for column in required)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row under the header with the line where it begins; a row of the wrong width is noted and left out."""
        width = len(self.header)
        for line, cells in self._rows:
            if len(cells) == width:
                yield line, cells
            else:
                hint = "; the file may be cut short" if len(cells) < width else ""
                self.problem(line, f"{len(cells)} cells in this row, expected {width} as in the header{hint}")

    def number(self, line: int, column: str, cell: str) -> int | None:
        """The number of a comment or a person, or None with the problem noted."""
        number = whole_number(cell)
        if number is None or number < 0:
            self.problem(line, f"{column} is “{_short(cell)}”, expected a whole number")
            return None
        return number

    def timestamp(self, line: int, cell: str) -> int | None:
        """A Unix time in milliseconds, or None with the problem noted."""
        number = whole_number(cell)
        if number is None or not 0 <= number < _YEAR_10000_MS:
            self.problem(line, f"timestamp is “{_short(cell)}”, expected a Unix time in milliseconds")
            return None
        return number

    def meaning(self, meanings: dict[int, Meaning], line: int, column: str, cell: str) -> Meaning | None:
        """What a coded cell means, or None with the problem noted."""
        number = whole_number(cell)
        if number is None or number not in meanings:
            expected = ", ".join(map(str, meanings))
            self.problem(line, f"{column} is “{_short(cell)}”, expected one of {expected}")
            return None
        return meanings[number]

    def is_first(self, lines: dict[int, int], line: int, column: str, number: int) -> bool:
        """Whether this number appears for the first time, ``lines`` holding where each was; a second is noted."""
        first = lines.setdefault(number, line)
        if first != line:
            self.problem(line, f"{column} {number} is already on line {first}; expected each once")
        return first == line


def open_table(folder: Path, name: str, problems: Problems, progress: Progress | None) -> Table | None:
    """The table in this file, or None, with the reason noted, if it cannot be read at all."""
    text = read_text(folder, name, problems)
    return None if text is None else Table(name, text, problems, progress)


def read_text(folder: Path, name: str, problems: Problems) -> str | None:
    """The text of a file (UTF-8, with or without BOM), or None with the reason noted."""
    try:
        data = (folder / name).read_bytes()
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        problems.add(name, None, f"no such file in {folder}")
    except OSError as error:
        problems.add(name, None, f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        # With a BOM, positions count from after it; it holds no newline, so the line is right either way.
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(name, line, f"not UTF-8: byte 0x{error.object[error.start]:02x} cannot be decoded")
    else:
        if "\0" in text:
            problems.add(
                name, text.count("\n", 0, text.index("\0")) + 1, "a NUL character, which no export contains"
            )
        elif not text.strip():
            problems.add(name, None, "the file is empty")
        else:
            return text
    return None


def numbered_rows(
    name: str, text: str, problems: Problems, progress: Progress | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, with the line where it begins, up to the first that is not CSV."""
    lines = text.count("\n") + 1
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for count, cells in enumerate(reader):
            if cells:
                yield begins, cells
            begins = reader.line_num + 1
            if progress and count % _PROGRESS_EVERY == 0:
                progress(name, min(reader.line_num, lines), lines)
    except csv.Error as error:
        problems.add(name, begins, _explain(error))
    if progress:
        progress(name, lines, lines)


def _explain(error: csv.Error) -> str:
    """What the csv module means, in words that help to repair the file."""
    reason = str(error)
    if reason.startswith(("unexpected end of data", "field larger")):
        return "a quoted cell that begins in this row is never closed; the file is cut short, or a quote is missing"
    if "expected after" in reason:
        return "text after a closing quote, where a comma or the end of the row was expected"
    return f"not CSV: {reason}"


def _short(cell: str) -> str:
    """A cell fit for a message."""
    return cell if len(cell) <= 40 else f"{cell[:40]}…"
