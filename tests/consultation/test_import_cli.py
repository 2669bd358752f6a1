"""The commands `consultation import-polis` and `consultation results`: what they print where, and how they exit."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from services.consultation import cli
from services.consultation.consultations.models import Consultation
from services.consultation.proposals.models import Proposal

MARKET = Path(__file__).parent / "fixtures" / "polis" / "place-du-marche"


class Here:
    """An installation that has this database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def consultation_database(self) -> Database:
        return self._database


def run(database: Database, *words: str | Path) -> Result:
    return CliRunner().invoke(cli.consultation, [str(word) for word in words], obj=Here(database))


def test_an_import_prints_json_alone_on_stdout_and_progress_on_stderr(database: Database) -> None:
    done = run(database, "import-polis", MARKET, "--slug", "marche")
    assert done.exit_code == 0
    printed = json.loads(done.stdout)
    assert {name: printed[name] for name in ("slug", "proposals", "participants", "votes", "new")} == {
        "slug": "marche", "proposals": 5, "participants": 4, "votes": 13, "new": True
    }  # fmt: skip
    assert "votes.csv" in done.stderr
    assert "Imported: 5 proposals, 4 participants, 13 votes." in done.stderr


def test_a_second_import_says_that_it_changed_nothing_and_succeeds(database: Database) -> None:
    run(database, "import-polis", MARKET, "--slug", "marche")
    again = run(database, "import-polis", MARKET, "--slug", "marche")
    assert (again.exit_code, json.loads(again.stdout)["new"]) == (0, False)
    assert "Already imported" in again.stderr


def test_results_are_json_alone_on_stdout(database: Database) -> None:
    run(database, "import-polis", MARKET, "--slug", "marche")
    done = run(database, "results", "marche", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    printed = json.loads(done.stdout)
    assert set(printed) == {"participants", "proposals"}
    assert printed["participants"] == 4
    assert [proposal["source_id"] for proposal in printed["proposals"]] == ["0", "1", "2", "5", "11"]
    for proposal in printed["proposals"]:
        assert list(proposal) == ["id", "source_id", "state", "agree", "disagree", "neutral"]
    assert {proposal["state"] for proposal in printed["proposals"]} == {"accepted", "refused"}


def test_results_of_a_consultation_held_here_have_no_source_and_every_state(
    database: Database, consultation: Consultation
) -> None:
    states = ("pending", "accepted", "postponed", "archived")
    with database.transaction() as session:
        for state in states:
            session.add(
                Proposal(
                    consultation_id=consultation.id,
                    id=uuid7(),
                    text=f"Il faut {state}",
                    language="fr",
                    state=state,
                    submitted_at=consultation.opens_at,
                )
            )
    printed = json.loads(run(database, "results", consultation.slug, "--json").stdout)
    assert printed["participants"] == 0
    assert [proposal["state"] for proposal in printed["proposals"]] == list(states)
    assert {proposal["source_id"] for proposal in printed["proposals"]} == {None}


def test_results_without_json_are_a_table_for_people(database: Database) -> None:
    run(database, "import-polis", MARKET, "--slug", "marche")
    lines = run(database, "results", "marche").stdout.splitlines()
    assert lines[0] == "4 participants, 5 proposals"
    assert lines[2].split() == ["agree", "disagree", "neutral", "state", "proposal"]
    assert len(lines) == 3 + 5
    assert all("\n" not in line and len(line) < 130 for line in lines)


def test_a_folder_that_is_not_sound_exits_1_with_file_and_line_on_stderr(
    database: Database, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(MARKET, tmp_path / "marche"))
    votes = (folder / "votes.csv").read_text().splitlines(keepends=True)
    (folder / "votes.csv").write_text("".join([votes[0], votes[1].rstrip("\n") + "7\n", *votes[2:]]))
    done = run(database, "import-polis", folder, "--slug", "marche")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "votes.csv, line 2: vote is “-17”" in done.stderr
    assert "nothing was changed" in done.stderr
    assert run(database, "results", "marche").exit_code == 1


def test_a_folder_that_does_not_exist_exits_1(database: Database, tmp_path: Path) -> None:
    done = run(database, "import-polis", tmp_path / "nowhere", "--slug", "marche")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "not a folder" in done.stderr


def test_a_taken_slug_exits_1_with_the_reason(database: Database, consultation: Consultation) -> None:
    done = run(database, "import-polis", MARKET, "--slug", consultation.slug)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "it is no import" in done.stderr


def test_a_database_that_fails_while_votes_are_written_exits_1_in_a_sentence(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("ALTER TABLE vote ADD CONSTRAINT none CHECK (choice > 5)"))
    done = run(database, "import-polis", MARKET, "--slug", "marche")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "The database failed; nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr


def test_results_of_an_unknown_consultation_exit_1(database: Database) -> None:
    done = run(database, "results", "nulle-part", "--json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "There is no such consultation." in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("import-polis",),
        ("import-polis", MARKET),
        ("import-polis", "--slug", "marche"),
        ("import-polis", MARKET, "--slug", "Marché !"),
        ("import-polis", MARKET, "--slug", "marche", "--force"),
        ("results",),
        ("nothing",),
    ],
)
def test_wrong_usage_exits_2(database: Database, words: tuple[str | Path, ...]) -> None:
    done = run(database, *words)
    assert (done.exit_code, done.stdout) == (2, "")
