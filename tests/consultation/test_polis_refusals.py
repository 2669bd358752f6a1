"""Exports of Pol.is that are broken or cut short: each is refused whole, with the file and the line."""

import os
import shutil
from pathlib import Path

import pytest

from services.consultation.imports.polis import InvalidExport, read_export

FIXTURES = Path(__file__).parent / "fixtures" / "polis"
CHECKOUT = Path(__file__).parents[2]
REAL = CHECKOUT / os.environ.get("MAILLAGE_TEST_DATA", "../shared/data") / "polis"
REAL_EXPORTS = sorted(REAL.iterdir()) if REAL.is_dir() else []
ALL_EXPORTS = [*sorted(FIXTURES.iterdir()), *REAL_EXPORTS]


def name(folder: Path) -> str:
    return folder.name


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """A copy to spoil of the small export that has all four files."""
    return Path(shutil.copytree(FIXTURES / "place-du-marche", tmp_path / "place-du-marche"))


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_bytes().decode()
    assert text.count(old) == 1, f"{old!r} should be there once"
    file.write_bytes(text.replace(old, new).encode())


@pytest.fixture
def matrix_only(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURES / "matrix-only", tmp_path / "matrix-only"))


def problems(folder: Path) -> list[tuple[str, int | None, str]]:
    with pytest.raises(InvalidExport) as caught:
        read_export(folder)
    for problem in caught.value.problems:
        assert str(problem) in str(caught.value)
    return [(problem.file, problem.line, problem.message) for problem in caught.value.problems]


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path / "nowhere")[0][2].startswith("not a folder")


def test_an_empty_folder_lacks_its_comments(tmp_path: Path) -> None:
    assert problems(tmp_path)[0][:2] == ("comments.csv", None)


def test_an_export_without_log_and_without_matrix_is_refused(market: Path) -> None:
    (market / "votes.csv").unlink()
    (market / "participants-votes.csv").unlink()
    [(file, line, message)] = problems(market)
    assert (file, line) == ("votes.csv", None)
    assert "nor participants-votes.csv" in message


@pytest.mark.parametrize("file", ["comments.csv", "votes.csv", "participants-votes.csv", "summary.csv"])
def test_an_empty_file_is_refused(market: Path, file: str) -> None:
    (market / file).write_bytes(b"")
    assert problems(market) == [(file, None, "the file is empty")]


@pytest.mark.parametrize("file", ["comments.csv", "votes.csv", "participants-votes.csv", "summary.csv"])
def test_a_file_that_is_not_utf_8_is_refused_at_its_line(market: Path, file: str) -> None:
    lines = (market / file).read_bytes().splitlines(keepends=True)
    (market / file).write_bytes(b"".join([lines[0], b"\xe9" + lines[1], *lines[2:]]))
    [(found, line, message)] = problems(market)
    assert (found, line) == (file, 2)
    assert message.startswith("not UTF-8: byte 0xe9")


def test_a_nul_character_is_refused(market: Path) -> None:
    replace(market / "comments.csv", "Non aux", "Non\0aux")
    assert problems(market)[0][:2] == ("comments.csv", 6)


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("comments.csv", "comment-id"), ("comments.csv", "moderated"), ("comments.csv", "comment-body"),
        ("votes.csv", "timestamp"), ("votes.csv", "comment-id"), ("votes.csv", "voter-id"), ("votes.csv", "vote"),
        ("participants-votes.csv", "participant"),
    ],
)  # fmt: skip
def test_a_missing_column_is_named(market: Path, file: str, column: str) -> None:
    text = (market / file).read_text()
    header, rest = text.split("\n", 1)
    header = ",".join("other" if name == column else name for name in header.split(","))
    (market / file).write_text(f"{header}\n{rest}")
    [(found, line, message)] = problems(market)
    assert (found, line) == (file, 1)
    assert f"no column “{column}”" in message


def test_a_column_that_appears_twice_is_refused(matrix_only: Path) -> None:
    replace(matrix_only / "participants-votes.csv", "n-disagree,0,1,", "n-disagree,0,0,")
    assert problems(matrix_only) == [("participants-votes.csv", 1, "column “0” appears twice in the header")]


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "message"),
    [
        ("comments.csv", ",5,3,1,0,0,", ",five,3,1,0,0,", 7, "comment-id is “five”"),
        ("comments.csv", ",5,3,1,0,0,", ",-5,3,1,0,0,", 7, "comment-id is “-5”"),
        ("comments.csv", ",5,3,1,0,0,", ",5,3,1,0,2,", 7, "moderated is “2”, expected one of 1, 0, -1"),
        ("comments.csv", ",5,3,1,0,0,", ",5,3,1,0,,", 7, "moderated is “”"),
        ("comments.csv", ",5,3,1,0,0,", ",0,3,1,0,0,", 7, "comment-id 0 is already on line 2"),
        ("comments.csv", "1700000003000,", "soon,", 7, "timestamp is “soon”"),
        ("comments.csv", ",5,3,1,0,0,", ",5,3,0,0,", 7, "7 cells in this row, expected 8"),
        ("comments.csv", ",5,3,1,0,0,", ",5,3,1,0,0,0,", 7, "9 cells in this row, expected 8"),
        ("votes.csv", ",0,3,-1", ",0,3,2", 2, "vote is “2”, expected one of 1, -1, 0"),
        ("votes.csv", ",0,3,-1", ",0,3,", 2, "vote is “”"),
        ("votes.csv", ",0,3,-1", ",0,3,0.5", 2, "vote is “0.5”"),
        ("votes.csv", ",0,3,-1", ",0,someone,-1", 2, "voter-id is “someone”"),
        ("votes.csv", ",0,3,-1", ",99,3,-1", 2, "comment-id 99 is not in comments.csv"),
        ("votes.csv", ",0,3,-1", ",0,3", 2, "4 cells in this row, expected 5 as in the header; the file may be cut"),
        ("votes.csv", "1700000050000,", "1e12,", 2, "timestamp is “1e12”"),
        ("votes.csv", "1700000050000,", "99999999999999999999,", 2, "timestamp is “99999999999999999999”"),
        ("participants-votes.csv", "\n4,1,", "\nfour,1,", 4, "participant is “four”"),
        ("participants-votes.csv", "\n4,1,", "\n2,1,", 4, "participant 2 is already on line 2"),
        ("participants-votes.csv", "\n4,1,", "\n4,1,0,", 4, "12 cells in this row, expected 11"),
        ("participants-votes.csv", ",0,-1,,,1", ",0,-1,,,yes", 4, "column 11 is “yes”, expected one of 1, -1, 0"),
        ("participants-votes.csv", ",5,11\n", ",5,12\n", 2, "a vote in column 12, but no comment 12"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_with_its_line(
    market: Path, file: str, old: str, new: str, line: int, message: str
) -> None:
    replace(market / file, old, new)
    found = problems(market)[0]
    assert found[:2] == (file, line)
    assert found[2].startswith(message)


def test_several_problems_are_told_together(market: Path) -> None:
    replace(market / "comments.csv", ",5,3,1,0,0,", ",5,3,1,0,2,")
    replace(market / "votes.csv", ",0,3,-1", ",0,3,2")
    replace(market / "participants-votes.csv", "\n4,1,", "\nfour,1,")
    assert [found[:2] for found in problems(market)] == [
        ("comments.csv", 7), ("votes.csv", 2), ("participants-votes.csv", 4)
    ]  # fmt: skip


def test_a_hopeless_file_is_left_after_twenty_problems(market: Path) -> None:
    (market / "votes.csv").write_text("timestamp,comment-id,voter-id,vote\n" + "x,0,0,1\n" * 500)
    assert len(problems(market)) == 20


# Truncated files


@pytest.mark.parametrize(
    ("file", "end", "begins"), [("comments.csv", "des arbres", 3), ("summary.csv", "deux lignes", 9)]
)
def test_a_file_cut_inside_a_quoted_cell_is_refused_where_the_row_begins(
    market: Path, file: str, end: str, begins: int
) -> None:
    text = (market / file).read_text()
    (market / file).write_text(text[: text.index(end)])
    [(found, line, message)] = problems(market)
    assert (found, line) == (file, begins)
    assert "never closed" in message


@pytest.mark.parametrize(
    ("folder", "file"),
    [
        (f, file)
        for f in ALL_EXPORTS
        for file in ("votes.csv", "participants-votes.csv")
        if (f / file).exists()
    ],
)
def test_a_file_cut_inside_its_last_row_is_refused_at_that_row(
    folder: Path, file: str, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / folder.name))
    data = (folder / file).read_bytes()
    half = data[: data.index(b",", len(data) // 2)]
    (copy / file).chmod(0o644)
    (copy / file).write_bytes(half)
    [(found, line, _)] = problems(copy)
    assert (found, line) == (file, half.count(b"\n") + 1)


@pytest.mark.parametrize("folder", ALL_EXPORTS, ids=name)
def test_comments_cut_at_the_end_of_a_row_leave_votes_on_unknown_comments(
    folder: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / folder.name))
    rows = (folder / "comments.csv").read_bytes().splitlines(keepends=True)
    (copy / "comments.csv").chmod(0o644)
    (copy / "comments.csv").write_bytes(b"".join(rows[:2]))
    file = "votes.csv" if (folder / "votes.csv").exists() else "participants-votes.csv"
    assert problems(copy)[0][0] == file
    assert "comments.csv" in problems(copy)[0][2]


@pytest.mark.parametrize("kept", [0, 1, 5, -3, -1])
@pytest.mark.parametrize("folder", [f for f in ALL_EXPORTS if (f / "votes.csv").exists()], ids=name)
def test_a_log_cut_at_the_end_of_a_row_is_noticed_by_the_matrix(
    folder: Path, kept: int, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / folder.name))
    header, *rows = (folder / "votes.csv").read_text().splitlines(keepends=True)
    rest = rows[:kept]
    (copy / "votes.csv").chmod(0o644)
    (copy / "votes.csv").write_text("".join([header, *rest]))
    [(file, line, message)] = problems(copy)
    assert (file, line) == ("votes.csv", 1 + len(rest))
    assert "cut short" in message


def test_text_after_a_closing_quote_is_refused(market: Path) -> None:
    replace(market / "comments.csv", '“ombre”"', '“ombre”"!')
    [(file, line, message)] = problems(market)
    assert (file, line) == ("comments.csv", 3)
    assert message.startswith("text after a closing quote")


def test_a_matrix_cut_inside_its_header_is_refused(matrix_only: Path) -> None:
    matrix = matrix_only / "participants-votes.csv"
    matrix.write_text(matrix.read_text()[:60])
    assert problems(matrix_only) == [
        ("participants-votes.csv", None, "not one vote under the header; the file is cut short")
    ]


@pytest.mark.parametrize("file", ["votes.csv", "participants-votes.csv"])
def test_a_file_cut_at_any_byte_is_refused_or_reads_the_same(market: Path, file: str) -> None:
    whole = read_export(market)
    data = (market / file).read_bytes()
    refused = 0
    for end in range(len(data)):
        (market / file).write_bytes(data[:end])
        try:
            assert read_export(market) == whole
        except InvalidExport:
            refused += 1
    assert refused > len(data) / 2
