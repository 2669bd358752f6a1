"""Imports that are refused, or happen at once: nothing is half-written, nothing twice."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.errors import Conflict, Invalid
from libs.chassis.testing.waiting import PATIENCE_S
from services.consultation.consultations.models import Consultation
from services.consultation.imports.commands import Imported, import_polis
from services.consultation.imports.polis_files import InvalidExport

FIXTURES = Path(__file__).parent / "fixtures" / "polis"
TABLES = ("cause", "consultation", "participant", "proposal", "vote", "outbox", "journal")


def rows(database: Database) -> dict[str, int]:
    with database.transaction() as session:
        return {
            table: session.scalars(text(f"SELECT count(*) FROM {table}")).one()  # a name of TABLES
            for table in TABLES
        }


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """A copy to spoil of the small export that has all four files."""
    return Path(shutil.copytree(FIXTURES / "place-du-marche", tmp_path / "place-du-marche"))


def replace(file: Path, old: str, new: str) -> None:
    content = file.read_bytes().decode()
    assert content.count(old) == 1, f"{old!r} should be there once"
    file.write_bytes(content.replace(old, new).encode())


def test_other_content_under_the_same_slug_is_refused_and_changes_nothing(
    database: Database, market: Path
) -> None:
    import_polis(database, market, "marche")
    before = rows(database)
    replace(market / "votes.csv", ",0,3,-1", ",0,3,1")
    with pytest.raises(Conflict) as refusal:
        import_polis(database, market, "marche")
    assert refusal.value.code == "import.other_content"
    assert rows(database) == before


def test_the_slug_of_a_consultation_held_here_is_refused_and_changes_nothing(
    database: Database, consultation: Consultation, market: Path
) -> None:
    before = rows(database)
    with pytest.raises(Conflict) as refusal:
        import_polis(database, market, consultation.slug)
    assert refusal.value.code == "import.slug_taken"
    assert rows(database) == before


@pytest.mark.parametrize("slug", ["", "Marché", "a b", "-a", "a/b", "x" * 81, "é", "a\n"])
def test_a_slug_that_cannot_stand_in_an_address_is_refused(
    database: Database, market: Path, slug: str
) -> None:
    with pytest.raises(Invalid):
        import_polis(database, market, slug)
    assert rows(database)["consultation"] == 0


SPOILED: dict[str, tuple[Callable[[Path], object], str, int | None]] = {
    "no comments": (lambda folder: (folder / "comments.csv").unlink(), "comments.csv", None),
    "a missing column": (
        lambda folder: replace(folder / "comments.csv", "moderated", "moderation"),
        "comments.csv",
        1,
    ),
    "a bad moderation": (
        lambda folder: replace(folder / "comments.csv", ",5,3,1,0,0,", ",5,3,1,0,2,"),
        "comments.csv",
        7,
    ),
    "a bad vote": (lambda folder: replace(folder / "votes.csv", ",0,3,-1", ",0,3,2"), "votes.csv", 2),
    "a vote on nothing": (
        lambda folder: replace(folder / "votes.csv", ",0,3,-1", ",99,3,-1"),
        "votes.csv",
        2,
    ),
    "a row cut short": (lambda folder: replace(folder / "votes.csv", ",0,3,-1", ",0,3"), "votes.csv", 2),
    "a bad cell of the matrix": (
        lambda folder: replace(folder / "participants-votes.csv", "\n4,1,", "\nfour,1,"),
        "participants-votes.csv",
        4,
    ),
    "a NUL character": (
        lambda folder: replace(folder / "comments.csv", "Non aux", "Non\0aux"),
        "comments.csv",
        6,
    ),
    "an empty file": (lambda folder: (folder / "votes.csv").write_bytes(b""), "votes.csv", None),
}


@pytest.mark.parametrize("damage", SPOILED)
def test_a_folder_that_is_not_sound_is_refused_with_file_and_line_and_changes_nothing(
    database: Database, market: Path, damage: str
) -> None:
    import_polis(database, FIXTURES / "matrix-only", "deja-la")
    before = rows(database)
    spoil, file, line = SPOILED[damage]
    spoil(market)
    with pytest.raises(InvalidExport) as refusal:
        import_polis(database, market, "marche")
    problem = refusal.value.problems[0]
    assert (problem.file, problem.line) == (file, line)
    assert rows(database) == before


def test_a_failure_while_writing_leaves_nothing_behind(database: Database, market: Path) -> None:
    with database.transaction() as session:
        # The last of the rows to be written is refused by the database itself.
        session.execute(text("ALTER TABLE vote ADD CONSTRAINT none CHECK (choice > 5)"))
    before = rows(database)
    with pytest.raises(Exception, match="violates check constraint"):
        import_polis(database, market, "marche")
    assert rows(database) == before


@pytest.mark.parametrize("_round", range(3))
def test_of_two_imports_of_one_slug_at_once_one_is_made(
    database: Database, market: Path, _round: int
) -> None:
    start = Barrier(4)

    def run(_: int) -> Imported:
        start.wait(PATIENCE_S)
        return import_polis(database, market, "marche")

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(run, range(4)))
    assert sorted(each.new for each in done) == [False, False, False, True]
    assert len({each.consultation_id for each in done}) == 1
    assert (rows(database)["consultation"], rows(database)["vote"]) == (1, done[0].votes)


def test_of_two_exports_under_one_slug_at_once_one_is_imported_and_the_other_refused(
    database: Database, market: Path
) -> None:
    start = Barrier(2)

    def run(folder: Path) -> str:
        start.wait(PATIENCE_S)
        try:
            import_polis(database, folder, "marche")
        except Conflict as refusal:
            return refusal.code
        return "imported"

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(run, [market, FIXTURES / "matrix-only"]))
    assert sorted(outcomes) == ["import.other_content", "imported"]
    assert rows(database)["consultation"] == 1
