"""Importing conversations of Pol.is: the real ones where they stand, and small ones of the same shape."""

import csv
import os
import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil
import pytest
from sqlalchemy import text

from libs.chassis.db import Database
from services.consultation.consultations.models import Consultation
from services.consultation.imports.commands import Imported, import_polis
from services.consultation.imports.rules import ATTRIBUTION
from services.consultation.results.live import live_figures

FIXTURES = Path(__file__).parent / "fixtures" / "polis"
CHECKOUT = Path(__file__).parents[2]
REAL = Path(os.environ.get("MAILLAGE_TEST_DATA", CHECKOUT.parent / "shared" / "data")) / "polis"
REAL_EXPORTS = sorted(REAL.iterdir()) if REAL.is_dir() else []
ALL_EXPORTS = [*sorted(FIXTURES.iterdir()), *REAL_EXPORTS]
TABLES = ("cause", "consultation", "participant", "proposal", "vote", "outbox", "journal")
SECONDS = {"vtaiwan.uberx": 5.0, "american-assembly.bowling-green": 12.0}
STATES = {"1": "accepted", "0": "accepted", "-1": "refused"}


def name(folder: Path) -> str:
    return folder.name


def recount(folder: Path) -> tuple[int, dict[str, tuple[int, int, int]]]:
    """People with a vote, and agree, disagree, neutral of each comment, from the matrix, in the plainest way."""
    voters = 0
    counts: dict[str, Counter[str]] = {}
    with (folder / "participants-votes.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            votes = {comment: value for comment, value in row.items() if comment.isdigit()}
            voters += any(votes.values())
            for comment, value in votes.items():
                counts.setdefault(comment, Counter())[value] += 1
    return voters, {comment: (count["1"], count["-1"], count["0"]) for comment, count in counts.items()}


def spent() -> float:
    """Seconds of processor that this process and its PostgreSQL have used: what an import costs on any busy machine."""
    total = 0.0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # a vacuum of PostgreSQL's that has just ended
            times = process.cpu_times()
            total += times.user + times.system
    return total


def comments(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "comments.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["comment-id"]: row for row in csv.DictReader(file)}


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


@pytest.mark.parametrize("folder", ALL_EXPORTS, ids=name)
def test_results_equal_the_matrix_for_every_proposal_whatever_its_state(
    database: Database, folder: Path
) -> None:
    begin = spent()
    done = import_polis(database, folder, "importee")
    assert spent() - begin < SECONDS.get(folder.name, 5.0)
    voters, counts = recount(folder)
    with database.transaction() as session:
        figures = live_figures(session, "importee")
    found = {each.source_id: (each.agree, each.disagree, each.neutral) for each in figures.proposals}
    written = comments(folder)
    assert found == {comment: counts.get(comment, (0, 0, 0)) for comment in written}
    assert {each.source_id: each.state for each in figures.proposals} == {
        comment: STATES[row["moderated"]] for comment, row in written.items()
    }
    assert {each.source_id: each.text for each in figures.proposals} == {
        comment: row["comment-body"] for comment, row in written.items()
    }
    votes = sum(sum(count) for count in counts.values())
    assert figures.participants == done.participants == voters
    assert done == Imported(done.consultation_id, len(written), voters, votes, new=True)


@pytest.mark.parametrize("folder", ALL_EXPORTS, ids=name)
def test_a_second_run_changes_nothing_and_says_so(database: Database, folder: Path) -> None:
    first = import_polis(database, folder, "importee")
    before = rows(database)
    again = import_polis(database, folder, "importee")
    assert not again.new
    assert again == Imported(
        first.consultation_id, first.proposals, first.participants, first.votes, new=False
    )
    assert rows(database) == before


def test_memory_stays_within_a_few_times_the_size_of_the_export(database: Database) -> None:
    folder = max(ALL_EXPORTS, key=lambda folder: (folder / "participants-votes.csv").stat().st_size)
    process = psutil.Process()
    before = process.memory_info().rss
    import_polis(database, folder, "importee")
    assert process.memory_info().rss - before < 400 * 2**20


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_rows_make_the_same_import(database: Database, market: Path, seed: int) -> None:
    import_polis(database, market, "importee")
    before = rows(database)
    for file in ("votes.csv", "participants-votes.csv", "comments.csv"):
        with (market / file).open(encoding="utf-8", newline="") as opened:
            header, *body = csv.reader(opened)
        Random(seed).shuffle(body)
        with (market / file).open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows([header, *body])
    import_polis(database, market, "melangee")
    with database.transaction() as session:
        one, other = live_figures(session, "importee"), live_figures(session, "melangee")
        assert [(p.source_id, p.agree, p.disagree, p.neutral) for p in one.proposals] == [
            (p.source_id, p.agree, p.disagree, p.neutral) for p in other.proposals
        ]
    assert rows(database)["vote"] == 2 * before["vote"]


def test_the_consultation_is_closed_archived_without_cause_and_says_where_it_comes_from(
    database: Database,
) -> None:
    import_polis(database, FIXTURES / "place-du-marche", "marche")
    with database.transaction() as session:
        consultation = session.query(Consultation).one()
    assert consultation.title == consultation.question == {"fr": "Que faire de la place du marché ?"}
    assert consultation.introduction == {"fr": "Une question,\ndeux lignes, et des « guillemets »."}
    assert consultation.cause is None
    assert consultation.archived_at is not None
    assert consultation.opens_at < consultation.closes_at <= consultation.archived_at
    assert not consultation.can_propose
    provenance = consultation.provenance or {}
    assert provenance["source"] == "polis"
    assert provenance["url"] == "https://pol.is/exemple"
    assert provenance["licence"] == "CC BY 4.0"
    assert provenance["attribution"] == ATTRIBUTION
    assert len(provenance["digest"]) == 64


def test_without_a_summary_the_slug_is_the_title(database: Database) -> None:
    import_polis(database, FIXTURES / "matrix-only", "sans-titre")
    with database.transaction() as session:
        assert session.query(Consultation).one().title == {"fr": "sans-titre"}


def test_votes_are_verified_of_class_import_and_tell_no_one(database: Database) -> None:
    import_polis(database, FIXTURES / "place-du-marche", "marche")
    with database.transaction() as session:
        kinds = session.execute(
            text(
                "SELECT DISTINCT participant.class, verified, provenance, qualifiers, consent_version"
                " FROM vote JOIN participant ON participant.id = participant_id"
            )
        ).all()
    assert kinds == [("import", True, 7, 0, None)]
    assert rows(database)["outbox"] == 0


def test_refused_comments_keep_their_votes(database: Database) -> None:
    import_polis(database, FIXTURES / "place-du-marche", "marche")
    with database.transaction() as session:
        (refused,) = [each for each in live_figures(session, "marche").proposals if each.state == "refused"]
    assert (refused.source_id, refused.agree + refused.disagree + refused.neutral) == ("2", 2)


def test_the_length_and_newline_rules_of_the_site_do_not_apply(database: Database, market: Path) -> None:
    replace(market / "comments.csv", "Des bancs,", "Des bancs, " + "très " * 100)
    import_polis(database, market, "marche")
    with database.transaction() as session:
        texts = [each.text for each in live_figures(session, "marche").proposals]
    assert any(len(each) > 500 and "\n\n" in each for each in texts)


def test_a_text_that_only_copy_would_misread_arrives_as_it_is(database: Database, market: Path) -> None:
    odd = "\\N \\. \t a\\tb \u2028 «\u00a0é\u00a0» 🙂"
    replace(market / "comments.csv", "Des bancs,", odd)
    import_polis(database, market, "marche")
    with database.transaction() as session:
        assert any(odd in each.text for each in live_figures(session, "marche").proposals)


def test_progress_is_told_up_to_the_last_vote(database: Database, market: Path) -> None:
    seen: dict[str, tuple[int, int]] = {}
    import_polis(database, market, "marche", lambda stage, done, total: seen.update({stage: (done, total)}))
    assert set(seen) == {"comments.csv", "votes.csv", "participants-votes.csv", "votes"}
    assert all(done == total for done, total in seen.values())
