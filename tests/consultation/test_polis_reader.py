"""Reading exports of Pol.is: the real ones where they stand, small ones of the same shape, variations."""

import csv
import io
import os
import shutil
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from services.consultation.imports.polis import PolisExport, PolisVote, read_export

FIXTURES = Path(__file__).parent / "fixtures" / "polis"
CHECKOUT = Path(__file__).parents[2]
REAL = CHECKOUT / os.environ.get("MAILLAGE_TEST_DATA", "../shared/data") / "polis"
REAL_EXPORTS = sorted(REAL.iterdir()) if REAL.is_dir() else []
ALL_EXPORTS = [*sorted(FIXTURES.iterdir()), *REAL_EXPORTS]
SIZES = {
    "american-assembly.bowling-green": (896, 225_524, 2031),
    "brexit-consensus": (50, 5303, 204),
    "vtaiwan.uberx": (197, 49_443, 1921),
    "place-du-marche": (5, 13, 4),
    "matrix-only": (4, 7, 3),
}


def name(folder: Path) -> str:
    return folder.name


def matrix_tallies(folder: Path) -> Counter[tuple[str, str]]:
    """How often each comment got each value, read from the matrix in the plainest way."""
    with (folder / "participants-votes.csv").open(encoding="utf-8-sig", newline="") as file:
        return Counter(
            (column, value)
            for row in csv.DictReader(file)
            for column, value in row.items()
            if column.isdigit() and value
        )


def tallies(export: PolisExport) -> Counter[tuple[str, str]]:
    values = {"agree": "1", "disagree": "-1", "neutral": "0"}
    return Counter((vote.comment, values[vote.choice]) for vote in export.votes)


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """A copy to spoil of the small export that has all four files."""
    return Path(shutil.copytree(FIXTURES / "place-du-marche", tmp_path / "place-du-marche"))


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_bytes().decode()
    assert text.count(old) == 1, f"{old!r} should be there once"
    file.write_bytes(text.replace(old, new).encode())


@pytest.mark.parametrize("folder", ALL_EXPORTS, ids=name)
def test_votes_equal_the_matrix_for_every_comment(folder: Path) -> None:
    export = read_export(folder)
    assert tallies(export) == matrix_tallies(folder)


@pytest.mark.parametrize("folder", [folder for folder in ALL_EXPORTS if folder.name in SIZES], ids=name)
def test_a_known_conversation_has_its_known_size(folder: Path) -> None:
    export = read_export(folder)
    assert (len(export.comments), len(export.votes), export.participants) == SIZES[folder.name]


def test_a_conversation_keeps_its_title_address_and_description() -> None:
    export = read_export(FIXTURES / "place-du-marche")
    assert export.title == "Que faire de la place du marché ?"
    assert export.url == "https://pol.is/exemple"
    assert export.description == "Une question,\ndeux lignes, et des « guillemets »."


def test_moderation_refuses_minus_one_and_accepts_the_rest_and_refused_comments_keep_their_votes() -> None:
    export = read_export(FIXTURES / "place-du-marche")
    assert [(comment.id, comment.state) for comment in export.comments] == [
        ("0", "accepted"), ("1", "accepted"), ("2", "refused"), ("5", "accepted"), ("11", "accepted")
    ]  # fmt: skip
    assert sum(vote.comment == "2" for vote in export.votes) == 2


def test_a_comment_keeps_its_newlines_its_author_and_its_time() -> None:
    comment = read_export(FIXTURES / "place-du-marche").comments[1]
    assert comment.text == "Des bancs,\n\ndes arbres et de l’“ombre”"
    assert comment.author == "7"
    assert comment.submitted_at is not None
    assert comment.submitted_at.isoformat() == "2023-11-14T22:13:21.500000+00:00"


def test_the_last_vote_by_time_counts_whatever_its_row() -> None:
    votes = {
        (vote.participant, vote.comment): vote for vote in read_export(FIXTURES / "place-du-marche").votes
    }
    assert votes[3, "0"] == PolisVote(3, "0", "disagree", 1700000050000)


def test_of_votes_at_the_same_instant_the_later_row_counts(market: Path) -> None:
    log = market / "votes.csv"
    log.write_text(log.read_text() + "1700000050000,,0,3,0\n1700000050000,,0,3,1\n")
    votes = {(vote.participant, vote.comment): vote.choice for vote in read_export(market).votes}
    assert votes[3, "0"] == "agree"


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("folder", [f for f in ALL_EXPORTS if (f / "votes.csv").exists()], ids=name)
def test_a_shuffled_log_gives_the_same_votes(folder: Path, seed: int, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / folder.name))
    (copy / "votes.csv").chmod(0o644)
    header, *rows = (copy / "votes.csv").read_text().splitlines()
    order = Random(seed)
    order.shuffle(rows)
    (copy / "votes.csv").write_text("\n".join([header, *rows]))
    # Votes at one instant keep no order in a shuffle; the real log has one such pair, of equal votes.
    assert read_export(copy).votes == read_export(folder).votes


def test_without_a_log_the_matrix_gives_the_votes_without_times(market: Path) -> None:
    from_log = read_export(market).votes
    (market / "votes.csv").unlink()
    assert read_export(market).votes == tuple(vote._replace(at_ms=None) for vote in from_log)


def test_without_a_matrix_the_log_is_enough(market: Path) -> None:
    (market / "participants-votes.csv").unlink()
    assert len(read_export(market).votes) == 13


def test_a_matrix_with_other_columns_and_empty_rows_is_read() -> None:
    """``xid`` beside ``participant``; ``is-meta`` and ``is-seed``, but no ``datetime`` and no ``author-id``."""
    export = read_export(FIXTURES / "matrix-only")
    assert {vote.participant for vote in export.votes} == {0, 4, 19}
    assert [comment.author for comment in export.comments] == [None] * 4
    assert export.title is None


def test_the_group_of_a_person_changes_nothing(market: Path) -> None:
    before = read_export(market)
    matrix = market / "participants-votes.csv"
    header, *rows = matrix.read_text().splitlines()
    matrix.write_text(
        "\n".join([header, *(",".join([r.split(",")[0], "x", *r.split(",")[2:]]) for r in rows)])
    )
    assert read_export(market) == before


def rewrite(file: Path, change: str) -> None:
    """The same table as another tool would have written it."""
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    if change == "columns reversed":
        rows = [row[::-1] for row in rows]
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if change == "everything quoted" else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator="\r\n" if change == "CRLF" else "\n", quoting=quoting).writerows(rows)
    content = text.getvalue()
    if change == "no newline at the end":
        content = content.removesuffix("\n")
    if change == "blank lines at the end":
        content += "\n\n"
    file.write_text(content, encoding="utf-8-sig" if change == "BOM" else "utf-8", newline="")


@pytest.mark.parametrize("file", ["comments.csv", "votes.csv", "participants-votes.csv"])
@pytest.mark.parametrize(
    "change",
    [
        "columns reversed",
        "everything quoted",
        "CRLF",
        "BOM",
        "no newline at the end",
        "blank lines at the end",
    ],
)
def test_the_same_table_written_otherwise_reads_the_same(market: Path, file: str, change: str) -> None:
    before = read_export(market)
    rewrite(market / file, change)
    assert read_export(market) == before


def test_numbers_written_by_a_spreadsheet_are_understood(market: Path) -> None:
    before = read_export(market)
    replace(
        market / "votes.csv",
        "1700000050000,Tue Nov 14 22:14:10 UTC 2023,0,3,-1",
        "1700000050000.0,,0.0,3.0,-1.0",
    )
    replace(market / "comments.csv", ",2,0,-1,Non", ",2,0,-1.0,Non")
    assert read_export(market) == before


def test_a_log_without_readable_dates_is_enough(market: Path) -> None:
    before = read_export(market)
    log = market / "votes.csv"
    rows = [row.split(",") for row in log.read_text().splitlines()]
    log.write_text("".join(",".join([row[0], *row[2:]]) + "\n" for row in rows))
    assert read_export(market) == before


def test_a_summary_may_be_missing_or_of_another_shape(market: Path) -> None:
    (market / "summary.csv").write_text("topic\nurl,a,b,c\n\n,,,\nunknown,1\n")
    assert read_export(market).title is None
    (market / "summary.csv").unlink()
    assert read_export(market).title is None


def test_people_whom_the_matrix_leaves_out_and_votes_it_sees_otherwise_are_no_error(market: Path) -> None:
    before = read_export(market)
    matrix = market / "participants-votes.csv"
    rows = matrix.read_text().splitlines(keepends=True)
    matrix.write_text("".join(rows[:-1]).replace(",-1,", ",1,"))
    assert read_export(market) == before


def test_a_matrix_made_after_the_log_may_hold_a_few_more_votes(market: Path) -> None:
    before = read_export(market)
    replace(market / "votes.csv", "1700000040000,Tue Nov 14 22:14:00 UTC 2023,0,2,1\n", "")
    assert len(read_export(market).votes) == len(before.votes) - 1


def test_progress_is_told_for_each_file_and_ends_at_its_end() -> None:
    seen: dict[str, tuple[int, int]] = {}
    read_export(FIXTURES / "place-du-marche", lambda file, done, total: seen.update({file: (done, total)}))
    assert set(seen) == {"comments.csv", "votes.csv", "participants-votes.csv"}
    assert all(done == total for done, total in seen.values())
