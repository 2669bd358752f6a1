"""INSEE's density grid: what is read, what is refused, what changes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from libs.chassis.db import Database
from services.identity.territories.cli import territories
from services.identity.territories.commands import load_gazetteer
from services.identity.territories.density import MOST_PROBLEMS, InvalidGrid, read_grid
from services.identity.territories.models import Commune
from services.identity.territories.rules import Density
from tests.identity.small_france import COMMUNES, LEVELS, grid_rows, small_france, write_grid


class Installed:
    """What the command line gives its commands, on a test's database; loads the small France where it is asked."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def identity_database(self) -> Database:
        """The database."""
        return self.database


@pytest.fixture
def database(identity_url: str, tmp_path: Path) -> Iterator[Database]:
    """The service's database, with the small France in a vintage that no shipped file exceeds."""
    database = Database(identity_url, service="identity", owner="coalition")
    with database.transaction() as session:
        load_gazetteer(session, small_france(tmp_path / "2027", version="7.0.0"), datetime.now(UTC))
    yield database
    database.close()


def run(database: Database, *arguments: object) -> Result:
    return CliRunner().invoke(territories, ["load-density", *map(str, arguments)], obj=Installed(database))


def kinds(database: Database) -> dict[str, tuple[str | None, str]]:
    with database.transaction() as session:
        communes = session.query(Commune).all()
        return {each.code: (each.kind, each.kind_source) for each in communes}


def refusal(path: Path) -> str:
    with pytest.raises(InvalidGrid) as refused:
        read_grid(path)
    return str(refused.value)


def test_levels_are_read_by_their_label_whatever_their_number(tmp_path):
    grid = read_grid(write_grid(tmp_path / "grid.xlsx"))
    assert grid == {code: Density(label) for code, label in LEVELS.items()} | {
        "01126": Density.URBAN_BELT,
        "99998": Density.RURAL_TOWN,
    }


def test_labels_are_forgiven_their_case_accents_and_spaces(tmp_path):
    rows = [["01033", "", 1, " PETITES VILLES"], ["01034", "", 1, "Rural a habitat tres disperse "]]
    grid = read_grid(write_grid(tmp_path / "grid.xlsx", rows))
    assert grid == {"01033": Density.SMALL_TOWN, "01034": Density.VERY_SCATTERED}


def test_columns_are_found_wherever_they_are_and_empty_rows_are_passed_over(tmp_path):
    header = ["LIBDENS", "P1", "CODGEO"]
    rows = [["Petites villes", 3, "01033"], [None, None, None], ["", "", ""], ["Bourgs ruraux", 4, "2A004"]]
    grid = read_grid(write_grid(tmp_path / "grid.xlsx", rows, header=header))
    assert grid == {"01033": Density.SMALL_TOWN, "2A004": Density.RURAL_TOWN}


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (["01033", "…", 3, "Petite cité"], "“Petite cité” is no level of the grid"),
        (["01033", "…", 3, None], "“” is no level of the grid"),
        (["01033", "…", 3, 3], "“3” is no level of the grid"),
        (["1033", "…", 3, "Petites villes"], "“1033” is no commune code"),
        ([1033, "…", 3, "Petites villes"], "the commune code 1033 is a number"),
        ([None, "…", 3, "Petites villes"], "“” is no commune code"),
        (["2C004", "…", 3, "Petites villes"], "“2C004” is no commune code"),
        (["75056", "…", 3, "Petites villes"], "the commune 75056 stands in row 5 already"),
    ],
)
def test_a_bad_row_is_named_with_its_sheet(tmp_path, row, complaint):
    rows = [["75056", "Paris", 1, "Grands centres urbains"], row]
    said = refusal(write_grid(tmp_path / "grid.xlsx", rows))
    assert f"grid.xlsx, sheet “Grille_Densite”, row 6: {complaint}" in said


def test_all_problems_are_told_at_once_but_not_without_end(tmp_path):
    bad = [[f"{number:05}", "", 1, "Nulle part"] for number in range(100)]
    assert len(refusal(write_grid(tmp_path / "grid.xlsx", bad)).splitlines()) == MOST_PROBLEMS
    assert len(refusal(write_grid(tmp_path / "few.xlsx", bad[:3])).splitlines()) == 3


def test_a_workbook_without_the_columns_is_refused_with_the_sheets_it_has(tmp_path):
    workbook = Workbook()
    workbook.active.title = "Feuille"
    workbook.active.append(["CODGEO", "LIBGEO", "DENS"])
    workbook.save(tmp_path / "other.xlsx")
    assert "no sheet has the columns CODGEO and LIBDENS" in refusal(tmp_path / "other.xlsx")
    assert "“Feuille”" in refusal(tmp_path / "other.xlsx")


def test_a_sheet_with_nothing_under_its_header_is_refused(tmp_path):
    assert "no row under the header" in refusal(write_grid(tmp_path / "grid.xlsx", []))


@pytest.mark.parametrize("content", [b"", b"CODGEO;LIBDENS\n01033;Petites villes\n", b"PK\x03\x04nonsense"])
def test_what_is_no_workbook_is_refused(tmp_path, content):
    path = tmp_path / "grid.xlsx"
    path.write_bytes(content)
    assert "grid.xlsx is not an xlsx workbook that can be read" in refusal(path)


def test_a_zip_of_something_else_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "grid.xlsx", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    assert "is not an xlsx workbook that can be read" in refusal(tmp_path / "grid.xlsx")


def test_a_truncated_workbook_is_refused(tmp_path):
    path = write_grid(tmp_path / "grid.xlsx")
    path.write_bytes(path.read_bytes()[:-200])
    assert "is not an xlsx workbook that can be read" in refusal(path)


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9])
def test_a_workbook_whose_sheet_is_cut_short_is_refused(tmp_path, keep):
    sound = write_grid(tmp_path / "sound.xlsx")
    with zipfile.ZipFile(sound) as source, zipfile.ZipFile(tmp_path / "grid.xlsx", "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, content[: int(len(content) * keep)] if "sheet2" in name else content)
    assert "grid.xlsx" in refusal(tmp_path / "grid.xlsx")


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "grid.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (201 * 2**20))
    assert "unpacks to more than 200 MB" in refusal(tmp_path / "grid.xlsx")


def test_the_grid_gives_every_commune_its_kind_and_those_outside_it_none(database, tmp_path):
    done = run(database, write_grid(tmp_path / "grid.xlsx"))
    assert done.exit_code == 0, done.output
    found = kinds(database)
    assert {source for _kind, source in found.values()} == {"insee-2024"}
    expected = {"97411": "petite_ville", "69040": "pavillonnaire", "09261": "petite_ville", "09268": "rural"}
    expected |= {"94067": "pavillonnaire", "75056": "metropole", "98901": None, "2A004": "petite_ville"}
    assert {code: found[code][0] for code in expected} == expected


def test_a_commune_whose_code_changed_is_found_in_the_grid_under_its_old_one(database, tmp_path):
    rows = [row for row in grid_rows() if row[0] != "01033"]
    assert run(database, write_grid(tmp_path / "grid.xlsx", rows)).exit_code == 0
    assert kinds(database)["01033"] == ("pavillonnaire", "insee-2024")


def test_a_commune_whose_old_codes_disagree_is_unclassed(database, tmp_path):
    rows = [row for row in grid_rows() if row[0] != "01033"] + [["01018", "…", 1, "Bourgs ruraux"]]
    assert run(database, write_grid(tmp_path / "grid.xlsx", rows)).exit_code == 0
    assert kinds(database)["01033"] == (None, "insee-2024")


def test_the_report_counts_communes_and_people_that_change_kind(database, tmp_path):
    done = run(database, write_grid(tmp_path / "grid.xlsx"), "--json")
    report = json.loads(done.stdout)
    assert report["all"]["communes"] == len(COMMUNES)
    moves = {(each["from"], each["to"]): (each["communes"], each["people"]) for each in report["changes"]}
    assert moves == {
        ("metropole", "petite_ville"): (2, 155_000 + 74_000),
        ("rural", "pavillonnaire"): (1, 900),
    }
    assert report["changed"] == {"communes": 3, "people": 229_900}
    assert report["unclassed"] == {"communes": 1, "people": 0}
    assert report["unknown"] == ["99998"]
    rural = next(each for each in report["kinds"] if each["kind"] == "rural")
    assert rural["by_figures"]["communes"] == rural["by_density"]["communes"] + 1


def test_a_second_time_changes_nothing_and_reports_the_same(database, tmp_path):
    path = write_grid(tmp_path / "grid.xlsx")
    first = run(database, path, "--json")
    before = kinds(database)
    assert run(database, path, "--json").stdout == first.stdout
    assert kinds(database) == before


def test_without_json_the_report_is_for_people(database, tmp_path):
    done = run(database, write_grid(tmp_path / "grid.xlsx"))
    assert "métropole     → petite ville" in done.stdout


def test_a_bad_sheet_changes_nothing_and_exits_1(database, tmp_path):
    before = kinds(database)
    rows = [*grid_rows(), ["75057", "", 1, "Nulle part"]]
    done = run(database, write_grid(tmp_path / "grid.xlsx", rows))
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "nothing was changed" in done.stderr
    assert "row 26" in done.stderr
    assert kinds(database) == before


def test_a_sheet_that_lost_most_of_its_rows_changes_nothing(database, tmp_path):
    before = kinds(database)
    done = run(database, write_grid(tmp_path / "grid.xlsx", grid_rows()[:10]))
    assert done.exit_code == 1
    assert "has 10 of the 20 communes" in done.stderr
    assert kinds(database) == before


def test_a_file_that_is_not_there_exits_1(database, tmp_path):
    done = run(database, tmp_path / "nowhere.xlsx")
    assert done.exit_code == 1
    assert "nowhere.xlsx" in done.stderr


def test_on_an_empty_database_the_shipped_territories_are_loaded_first(identity_url, tmp_path):
    database = Database(identity_url, service="identity", owner="coalition")
    try:
        done = run(database, write_grid(tmp_path / "grid.xlsx"))
        # The small grid has nineteen of the shipped communes, and nothing of what was loaded stays.
        assert done.exit_code == 1
        assert "of the 34969 communes" in done.stderr
        assert kinds(database) == {}
    finally:
        database.close()


def test_the_load_command_loads_what_is_shipped_and_says_so(identity_url):
    database = Database(identity_url, service="identity", owner="coalition")
    try:
        said = [CliRunner().invoke(territories, ["load"], obj=Installed(database)).stderr for _ in range(2)]
        assert said == ["The territories are loaded.\n", "The territories were loaded already.\n"]
    finally:
        database.close()
